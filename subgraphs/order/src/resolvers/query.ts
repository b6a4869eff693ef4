import { requireRoleToRead, requireViewer } from "@shop/auth";
import { type QueryResolvers } from "../generated/graphql";
import { extentOf, loadOrder } from "./extent";
import { listOrders } from "./order-connection";

export const Query: QueryResolvers = {
  order: (_parent, { id }, { viewer, loaders }, info) => {
    requireViewer(viewer);
    return loadOrder(loaders, id, info);
  },
  orders: (_parent, { filter, ...page }, { viewer, orders }, info) => {
    const { userId } = requireViewer(viewer);
    const { customerId, allCustomers } = filter ?? {};
    const wanted = customerId ?? (allCustomers ? null : userId);
    if (wanted !== userId) requireRoleToRead(viewer, "STAFF");
    return listOrders(orders, wanted, filter ?? {}, page, extentOf(info));
  },
  payment: (_parent, { id }, { viewer, loaders }) => {
    requireViewer(viewer);
    return loaders.payment.load(id);
  },
  quoteOrder: (_parent, { lines }, { quotes }) => quotes.quote(lines),
};
