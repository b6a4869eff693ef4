import { requireRole, requireViewer } from "@shop/auth";
import { type QueryResolvers } from "../generated/graphql";
import { listOrders } from "./order-connection";

export const Query: QueryResolvers = {
  order: (_parent, { id }, { viewer, loaders }) => {
    requireViewer(viewer);
    return loaders.order.load(id);
  },
  orders: (_parent, { filter, ...page }, { viewer, orders }) => {
    const { userId } = requireViewer(viewer);
    const { customerId, allCustomers } = filter ?? {};
    const wanted = customerId ?? (allCustomers ? null : userId);
    if (wanted !== userId) requireRole(viewer, "STAFF");
    return listOrders(orders, wanted, filter ?? {}, page);
  },
  payment: (_parent, { id }, { viewer, loaders }) => {
    requireViewer(viewer);
    return loaders.payment.load(id);
  },
  quoteOrder: (_parent, { lines }, { quotes }) => quotes.quote(lines),
};
