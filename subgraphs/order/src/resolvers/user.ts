import { type UserResolvers } from "../generated/graphql";
import { maySee } from "../orders";
import { extentOf } from "./extent";
import { listOrders } from "./order-connection";

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orders: ({ id }, args, { viewer, orders }, info) =>
    maySee(viewer, id) ? listOrders(orders, id, {}, args, extentOf(info)) : null,
};
