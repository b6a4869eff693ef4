import {
  CurrencyResolver,
  DateTimeResolver,
  EmailAddressResolver,
  SafeIntResolver,
  URLResolver,
} from "graphql-scalars";

/** The scalars of the public contract. DateTime is a Date inside and RFC 3339 in UTC with milliseconds outside. */
export const scalarResolvers = {
  DateTime: DateTimeResolver,
  SafeInt: SafeIntResolver,
  Currency: CurrencyResolver,
  URL: URLResolver,
  EmailAddress: EmailAddressResolver,
};
