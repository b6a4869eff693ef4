import { orderDelivered, productArchived, productPublished, productUpdated, userDeleted } from "@shop/event-contracts";
import { type EventHandler, handle, recordInInbox } from "@shop/messaging";
import { inTransaction } from "@shop/postgres";
import { type Database, type Tx } from "./database";
import { type Departures } from "./departures";
import { notePurchases, noteProduct } from "./products";

/** What is done about others' events, each in one transaction with the note that it was. */
export function createEventHandlers({ db, departures }: { db: Database; departures: Departures }): EventHandler[] {
  const once = (eventId: string, effect: (tx: Tx) => Promise<void>): Promise<void> =>
    inTransaction(db, async (tx) => {
      if (await recordInInbox(tx, eventId)) await effect(tx);
    });
  const aboutProduct = [productPublished, productUpdated, productArchived].map((event) =>
    handle(event, ({ eventId, payload }) => once(eventId, (tx) => noteProduct(tx, payload))),
  );
  return [
    ...aboutProduct,
    handle(orderDelivered, ({ eventId, payload: { userId, lines } }) =>
      once(eventId, (tx) =>
        notePurchases(
          tx,
          userId,
          lines.map(({ productId }) => productId),
        ),
      ),
    ),
    handle(userDeleted, async ({ eventId, payload: { userId } }) => {
      await departures.removeWhatTheyGave(userId);
      await once(eventId, (tx) => departures.forget(tx, userId));
    }),
  ];
}
