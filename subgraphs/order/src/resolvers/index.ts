import { type Resolvers } from "../generated/graphql";
import { Mutation } from "./mutation";
import { Order, OrderLine, OrderTimelineEntry } from "./order";
import { OrderQuoteLine } from "./order-quote";
import { Payment, Transaction } from "./payment";
import { Query } from "./query";
import { User } from "./user";
import { InsufficientStockError, OrderPayload, PaymentPayload, UserError } from "./user-error";

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Order,
  OrderLine,
  OrderTimelineEntry,
  OrderQuoteLine,
  OrderPayload,
  Payment,
  PaymentPayload,
  Transaction,
  User,
  UserError,
  InsufficientStockError,
};
