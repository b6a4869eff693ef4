import * as events from "@shop/event-contracts";
import { type EventHandler, handle, type ReceivedEvent } from "@shop/messaging";
import { type CommentVisibility } from "./comment-visibility";
import { type AppendOutcome, type Feed, type Feeds } from "./feeds";
import { type Delivery, type Inbox } from "./inbox";
import { type Layout } from "./layout";
import { type MailChannel } from "./mail/mail-channel";
import { type Message } from "./notification";
import { type Watches } from "./watches";
import * as wording from "./wording";

/** How many inboxes are written at once. */
const fanOut = 200;

type Received = Pick<ReceivedEvent<unknown>, "eventId" | "occurredAt">;

/** What is done about each event: who is told what, and which live updates are woken. All of it may be repeated. */
export function createEventHandlers(deps: {
  feeds: Feeds;
  layout: Layout;
  inbox: Inbox;
  mails: Pick<MailChannel, "offer">;
  watches: Watches;
  visibilityOf: (productId: string) => CommentVisibility;
}): EventHandler[] {
  const { feeds, layout, inbox, mails, watches, visibilityOf } = deps;

  async function deliver(userId: string, delivery: Delivery): Promise<AppendOutcome> {
    const outcome = await inbox.deliver(userId, delivery);
    // Who dies before this is done has the event again, and finds it known: it goes out by mail once or never.
    if (outcome === "ADDED") await mails.offer(userId, delivery);
    return outcome;
  }

  function tell(userId: string, message: Message, { eventId, occurredAt }: Received): Promise<AppendOutcome> {
    return deliver(userId, { message, occurredAt, knownAs: eventId });
  }

  async function append(feed: Feed, { eventId }: Received, data: string): Promise<void> {
    await feeds.append(feed, { id: eventId, knownAs: eventId, data });
  }

  async function tellWatchers(productId: string, message: Message, received: Received): Promise<void> {
    const watchers = await watches.watchersAt(productId, received.occurredAt);
    for (let start = 0; start < watchers.length; start += fanOut) {
      const some = watchers.slice(start, start + fanOut).map(async (userId) => {
        const outcome = await tell(userId, message, received);
        if (outcome === "CLOSED") await watches.unwatch(userId, productId);
      });
      await Promise.all(some);
    }
  }

  const orderHandler = (event: typeof events.orderPlaced, kind: Parameters<typeof wording.orderMessage>[0]) =>
    handle(event, async (received) => {
      const order = received.payload;
      await append(layout.changesOf("order", order.orderId), received, event.type);
      await tell(order.userId, wording.orderMessage(kind, order), received);
    });

  const orderHandlers = [
    orderHandler(events.orderPlaced, "ORDER_PLACED"),
    orderHandler(events.orderRejected, "ORDER_REJECTED"),
    orderHandler(events.orderPaid, "ORDER_PAID"),
    orderHandler(events.orderShipped, "ORDER_SHIPPED"),
    orderHandler(events.orderDelivered, "ORDER_DELIVERED"),
    orderHandler(events.orderCancelled, "ORDER_CANCELLED"),
    orderHandler(events.orderExpired, "ORDER_EXPIRED"),
  ];

  const paymentHandler = (
    event: typeof events.paymentCaptured,
    messageOf: ((payment: { orderId: string; amount: events.EventMoney }) => Message) | null,
  ) =>
    handle(event, async (received) => {
      const payment = received.payload;
      await append(layout.changesOf("order", payment.orderId), received, event.type);
      if (messageOf !== null) await tell(payment.userId, messageOf(payment), received);
    });

  const paymentHandlers = [
    paymentHandler(events.paymentCaptured, null), // the order's own event says that it is paid
    paymentHandler(events.paymentFailed, wording.paymentFailedMessage),
    paymentHandler(events.paymentRefunded, wording.paymentRefundedMessage),
  ];

  const productSnapshotHandler = (event: typeof events.productPublished) =>
    handle(event, (received) => append(layout.changesOf("product", received.payload.productId), received, event.type));

  const productHandlers = [
    productSnapshotHandler(events.productPublished),
    productSnapshotHandler(events.productUpdated),
    productSnapshotHandler(events.productArchived),
    handle(events.productPriceChanged, async (received) => {
      const change = received.payload;
      const { oldPrice, newPrice } = change;
      await append(layout.changesOf("product", change.productId), received, "price-changed");
      const dropped = newPrice.currency === oldPrice.currency && newPrice.amountMinor < oldPrice.amountMinor;
      if (dropped) await tellWatchers(change.productId, wording.priceDroppedMessage(change), received);
    }),
    handle(events.productStockChanged, async (received) => {
      const change = received.payload;
      await append(layout.changesOf("product", change.productId), received, "stock-changed");
      const isBack = change.previousAvailable <= 0 && change.available > 0;
      if (isBack) await tellWatchers(change.productId, wording.backInStockMessage(change), received);
    }),
  ];

  const visibilityHandler = (event: typeof events.commentHidden, taken: boolean) =>
    handle(event, async (received) => {
      const { commentId, productId, authorId } = received.payload;
      await visibilityOf(productId).note({ commentId, taken, at: received.occurredAt });
      if (event === events.commentHidden) await tell(authorId, wording.commentHiddenMessage({ commentId }), received);
    });

  const commentHandlers = [
    handle(events.commentAdded, async (received) => {
      const { commentId, productId, authorId, parentAuthorId, excerpt } = received.payload;
      await append(layout.commentsOf(productId), received, commentId);
      if (parentAuthorId === undefined || parentAuthorId === authorId) return;
      await tell(parentAuthorId, wording.commentRepliedMessage({ commentId, excerpt }), received);
    }),
    visibilityHandler(events.commentHidden, true),
    visibilityHandler(events.commentDeleted, true),
    visibilityHandler(events.commentShown, false),
    handle(events.commentLiked, async ({ payload: { commentId, authorId, likerId }, occurredAt }) => {
      if (likerId === authorId) return;
      // Known by who likes what rather than by the event: to take a like back and give it again tells nothing new.
      const knownAs = `liked ${commentId} ${likerId}`;
      const message = wording.commentLikedMessage({ commentId });
      await deliver(authorId, { message, occurredAt, knownAs, knownForEver: true });
    }),
  ];

  const userHandlers = [
    handle(events.userRegistered, async (received) => {
      const { userId, displayName } = received.payload;
      await tell(userId, wording.welcomeMessage({ displayName }), received);
    }),
    handle(events.userDeleted, async ({ payload: { userId } }) => {
      await inbox.close(userId);
      await watches.forget(userId);
    }),
  ];

  return [
    ...orderHandlers,
    ...paymentHandlers,
    ...productHandlers,
    ...commentHandlers,
    ...userHandlers,
    handle(events.systemAnnounced, async ({ payload, eventId, occurredAt }) => {
      await inbox.deliverToAll({ message: wording.announcementMessage(payload), occurredAt, knownAs: eventId });
    }),
  ];
}
