import { type Viewer } from "@shop/auth";
import DataLoader from "dataloader";
import { type Order, type Orders, type TimelineEntry } from "./orders";
import { type Payments } from "./payments";
import { type Payment, type Transaction } from "./transactions";

/** One set a request: what a viewer may not see is null in it. */
export interface Loaders {
  readonly order: DataLoader<string, Order | null>;
  readonly payment: DataLoader<string, Payment | null>;
  readonly timeline: DataLoader<string, TimelineEntry[]>;
  readonly paymentsOfOrder: DataLoader<string, Payment[]>;
  readonly transactions: DataLoader<string, Transaction[]>;
}

export function createLoaders(deps: { viewer: Viewer | null; orders: Orders; payments: Payments }): Loaders {
  const { viewer, orders, payments } = deps;
  return {
    order: new DataLoader(async (ids) => inOrderOf(ids, await orders.byIds(viewer, ids))),
    payment: new DataLoader(async (ids) => inOrderOf(ids, await payments.byIds(viewer, ids))),
    timeline: new DataLoader(async (ids) => groupedBy(ids, await orders.timelinesOf(ids), ({ orderId }) => orderId)),
    paymentsOfOrder: new DataLoader(async (ids) =>
      groupedBy(ids, await payments.ofOrders(ids), ({ orderId }) => orderId),
    ),
    transactions: new DataLoader(async (ids) =>
      groupedBy(ids, await payments.transactionsOf(ids), ({ paymentId }) => paymentId),
    ),
  };
}

function inOrderOf<Row extends { id: string }>(ids: readonly string[], rows: readonly Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

function groupedBy<Row>(ids: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const groups = new Map<string, Row[]>(ids.map((id) => [id, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return ids.map((id) => groups.get(id) ?? []);
}
