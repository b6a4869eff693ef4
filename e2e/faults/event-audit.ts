import { setTimeout as sleep } from "node:timers/promises";
import { type EventTape } from "./event-tape";
import { type Stores } from "./stores";

const oncePerOrder = ["placed", "rejected", "paid", "shipped", "delivered", "cancelled", "expired", "payment-captured"];

/**
 * Holds what a consumer saw against what was written, once the books are at rest: every event came, none that was not
 * written, those of an order or a product in the order of their changes, and what they add up to is what is.
 * @param withinMs how long the last of them may take to come
 * @returns whatever does not agree
 */
export async function auditEvents(
  tape: EventTape,
  { sql, catalogue }: Pick<Stores, "sql" | "catalogue">,
  withinMs = 30_000,
): Promise<string[]> {
  async function* auditOrders() {
    const { rows } = await sql.query<{ key: string; ids: string[]; types: string[] }>(
      `SELECT key, array_agg(event_id ORDER BY position) AS ids, array_agg(type ORDER BY position) AS types
         FROM outbox WHERE topic = 'order.v1' GROUP BY key`,
    );
    for (const { key, ids, types } of rows) {
      const seen = tape.of(key).map(({ eventId }) => eventId);
      if (seen.join() !== ids.join()) yield `of order ${key} were written ${types.join()} and seen ${typesOf(key)}`;
      const repeated = oncePerOrder.filter((type) => types.indexOf(type) !== types.lastIndexOf(type));
      if (repeated.length > 0) yield `of order ${key} was told twice: ${repeated.join()}`;
    }
  }
  const typesOf = (key: string): string =>
    tape
      .of(key)
      .map(({ type }) => type)
      .join();

  /** Each change of a product's stock begins where the one before it ended, from what the product was made with. */
  async function* auditProducts() {
    type Product = { _id: string; available: number; creation: { stock: number } };
    for (const { _id, available, creation } of await catalogue.collection<Product>("products").find().toArray()) {
      let told = creation.stock;
      for (const { eventId, payload } of tape.of(_id)) {
        const change = payload as { available: number; previousAvailable: number };
        if (change.previousAvailable !== told) yield `change ${eventId} of product ${_id} does not follow from ${told}`;
        told = change.available;
      }
      if (told !== available) yield `of product ${_id} ${available} are there, and ${told} told`;
    }
  }

  const deadline = Date.now() + withinMs;
  for (;;) {
    const found: string[] = [];
    for await (const difference of auditOrders()) found.push(difference);
    for await (const difference of auditProducts()) found.push(difference);
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(250);
  }
}
