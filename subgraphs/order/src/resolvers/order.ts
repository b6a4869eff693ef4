import { type OrderLineResolvers, type OrderResolvers, type OrderTimelineEntryResolvers } from "../generated/graphql";
import { toMoney } from "../money";
import { readStoredErrors } from "../order-errors";
import { type Order as OrderRow, type OrderLine as OrderLineRow, type WholeOrder } from "../orders";
import { loadOrder } from "./extent";

/** An order; a whole one where all that belongs to it is asked for. */
export type OrderNode = OrderRow | WholeOrder;

/** A line, and what its amounts are counted in. */
export type LineOfOrder = OrderLineRow & { readonly currency: string };

export const Order: OrderResolvers = {
  __resolveReference: ({ id }, { loaders }, info) => loadOrder(loaders, id, info),
  customer: ({ userId }) => ({ id: userId }),
  lines: ({ lines, currency }) => lines.map((line) => ({ ...line, currency })),
  total: ({ totalMinor, currency }) => (totalMinor === null ? null : toMoney(totalMinor, currency)),
  rejection: ({ status, rejection }) => (status === "REJECTED" ? readStoredErrors(rejection) : null),
  shippingAddress: (order) => order,
  payments: (node) => {
    const order = requireWhole(node);
    return order.payments.map((payment) => ({ ...payment, order }));
  },
  timeline: (node) => requireWhole(node).timeline,
};

export const OrderLine: OrderLineResolvers = {
  product: ({ productId }) => ({ id: productId }),
  unitPrice: ({ unitPriceMinor, currency }) => (unitPriceMinor === null ? null : toMoney(unitPriceMinor, currency)),
  total: ({ unitPriceMinor, quantity, currency }) =>
    unitPriceMinor === null ? null : toMoney(unitPriceMinor * BigInt(quantity), currency),
};

export const OrderTimelineEntry: OrderTimelineEntryResolvers = {
  actor: ({ actorId }) => (actorId === null ? null : { id: actorId }),
};

/** Whoever hands out an order asks `extentOf` how much of it to read. */
function requireWhole(order: OrderNode): WholeOrder {
  if (!("timeline" in order)) throw new Error(`order ${order.id} was read without what belongs to it`);
  return order;
}
