import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from "graphql";
import { type Loaders } from "../loaders";
import { type Extent, type Order, type OrderOutcome, type WholeOrder } from "../orders";
import { type PaymentOutcome } from "../payments";

// What only a whole order has, on whichever type it is asked for.
const historyFields: ReadonlySet<string> = new Set(["payments", "timeline", "transactions"]);

/** How much of the orders below a field an operation asks for. What it skips in the end counts too: that costs, no more. */
export function extentOf(info: GraphQLResolveInfo): Extent {
  const visited = new Set<string>();
  const asksForHistory = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) {
        return historyFields.has(selection.name.value) || asksForHistory(selection.selectionSet);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return asksForHistory(selection.selectionSet);
      const name = selection.name.value;
      if (visited.has(name)) return false;
      visited.add(name);
      return asksForHistory(info.fragments[name]?.selectionSet);
    }) ?? false;
  return info.fieldNodes.some(({ selectionSet }) => asksForHistory(selectionSet)) ? "WHOLE" : "LINES";
}

/** An order as far as it is asked for; null where the viewer has none such. */
export function loadOrder(loaders: Loaders, id: string, info: GraphQLResolveInfo): Promise<Order | WholeOrder | null> {
  return extentOf(info) === "WHOLE" ? loaders.wholeOrder.load(id) : loaders.order.load(id);
}

/** A change's outcome as far as it is asked for: with all that belongs to the order, everything is read anew together. */
export async function loadOrderOutcome(
  loaders: Loaders,
  outcome: OrderOutcome,
  info: GraphQLResolveInfo,
): Promise<OrderOutcome> {
  const order = await wholeOf(loaders, outcome.order, info);
  return order === null ? outcome : { ...outcome, order };
}

/** As `loadOrderOutcome`. */
export async function loadPaymentOutcome(
  loaders: Loaders,
  outcome: PaymentOutcome,
  info: GraphQLResolveInfo,
): Promise<PaymentOutcome> {
  const order = await wholeOf(loaders, outcome.order, info);
  if (order === null) return outcome;
  const payment = order.payments.find(({ id }) => id === outcome.payment?.id);
  return payment === undefined ? { ...outcome, order } : { ...outcome, order, payment };
}

function wholeOf(loaders: Loaders, order: Order | null, info: GraphQLResolveInfo): Promise<WholeOrder | null> {
  if (order === null || extentOf(info) === "LINES") return Promise.resolve(null);
  return loaders.wholeOrder.clear(order.id).load(order.id); // an earlier mutation of the request may have read it
}
