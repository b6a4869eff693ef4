import { type UserResolvers } from "../generated/graphql";
import { maySee } from "../orders";
import { listOrders } from "./order-connection";

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orders: ({ id }, args, { viewer, orders }) => (maySee(viewer, id) ? listOrders(orders, id, {}, args) : null),
};
