import { type Viewer } from "@shop/auth";
import DataLoader from "dataloader";
import { type Order, type Orders, type WholeOrder } from "./orders";

/** A payment beside its order, both as they stood at one moment. */
export type PaymentOfOrder = WholeOrder["payments"][number] & { readonly order: WholeOrder };

/** One set a request: what a viewer may not see is null in it. */
export interface Loaders {
  readonly order: DataLoader<string, Order | null>;
  readonly wholeOrder: DataLoader<string, WholeOrder | null>;
  readonly payment: DataLoader<string, PaymentOfOrder | null>;
}

export function createLoaders({ viewer, orders }: { viewer: Viewer | null; orders: Orders }): Loaders {
  return {
    order: new DataLoader(async (ids) => inOrderOf(ids, await orders.byIds(viewer, ids))),
    wholeOrder: new DataLoader(async (ids) => inOrderOf(ids, await orders.wholeByIds(viewer, ids))),
    payment: new DataLoader(async (ids) => {
      const found = await orders.ofPayments(viewer, ids);
      return inOrderOf(
        ids,
        found.flatMap((order) => order.payments.map((payment) => ({ ...payment, order }))),
      );
    }),
  };
}

function inOrderOf<Row extends { id: string }>(ids: readonly string[], rows: readonly Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
