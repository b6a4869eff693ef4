import { GraphQLError, GraphQLScalarType } from "graphql";
import {
  CurrencyResolver,
  DateTimeResolver,
  EmailAddressResolver,
  SafeIntResolver,
  URLResolver,
} from "graphql-scalars";

/** PostgreSQL, and RFC 3339 itself, begin with the year 1; the year 0 is refused here rather than by a store. */
function requireStorable(date: Date): Date {
  if (date.getUTCFullYear() < 1) throw new GraphQLError("DateTime cannot represent a time before the year 1");
  return date;
}

const dateTime = new GraphQLScalarType<Date, Date>({
  ...DateTimeResolver.toConfig(),
  parseValue: (value) => requireStorable(DateTimeResolver.parseValue(value)),
  parseLiteral: (node, variables) => requireStorable(DateTimeResolver.parseLiteral(node, variables)),
});

/** The scalars of the public contract. DateTime is a Date inside and RFC 3339 in UTC with milliseconds outside. */
export const scalarResolvers = {
  DateTime: dateTime,
  SafeInt: SafeIntResolver,
  Currency: CurrencyResolver,
  URL: URLResolver,
  EmailAddress: EmailAddressResolver,
};
