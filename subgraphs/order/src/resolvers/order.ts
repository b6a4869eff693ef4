import { type OrderLineResolvers, type OrderResolvers, type OrderTimelineEntryResolvers } from "../generated/graphql";
import { toMoney } from "../money";
import { readStoredErrors } from "../order-errors";
import { type OrderLine as OrderLineRow } from "../orders";

/** A line, and what its amounts are counted in. */
export type LineOfOrder = OrderLineRow & { readonly currency: string };

export const Order: OrderResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.order.load(id),
  customer: ({ userId }) => ({ id: userId }),
  lines: ({ lines, currency }) => lines.map((line) => ({ ...line, currency })),
  total: ({ totalMinor, currency }) => (totalMinor === null ? null : toMoney(totalMinor, currency)),
  rejection: ({ status, rejection }) => (status === "REJECTED" ? readStoredErrors(rejection) : null),
  shippingAddress: (order) => order,
  payments: ({ id }, _args, { loaders }) => loaders.paymentsOfOrder.load(id),
  timeline: ({ id }, _args, { loaders }) => loaders.timeline.load(id),
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
