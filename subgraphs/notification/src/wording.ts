import { type EventMoney, type OrderSnapshot } from "@shop/event-contracts";
import { type Message, type NotificationKind, type Subject } from "./notification";

/** What each event says to a person. Pure: who is told, and whether at all, is decided elsewhere. */

type OrderKind = Extract<NotificationKind, `ORDER_${string}`>;

const orderWording: Record<OrderKind, (order: OrderSnapshot) => { title: string; body: string }> = {
  ORDER_PLACED: (order) => ({
    title: `Order ${order.number} is placed`,
    body: `We hold ${itemsOf(order)} for you${order.total === undefined ? "" : `, ${formatMoney(order.total)} in all`}. It is yours once it is paid.`,
  }),
  ORDER_REJECTED: (order) => ({
    title: `Order ${order.number} could not be taken`,
    body: `${reasonOf(order, "Not all of it is in stock any more.")} Nothing was charged.`,
  }),
  ORDER_PAID: (order) => ({
    title: `Order ${order.number} is paid`,
    body: `Thank you! We received${order.total === undefined ? " your payment" : ` ${formatMoney(order.total)}`} and are packing ${itemsOf(order)}.`,
  }),
  ORDER_SHIPPED: (order) => ({
    title: `Order ${order.number} is on its way`,
    body:
      order.trackingNumber === undefined
        ? "It has left our warehouse."
        : `It has left our warehouse. Its tracking number is ${order.trackingNumber}.`,
  }),
  ORDER_DELIVERED: (order) => ({
    title: `Order ${order.number} has arrived`,
    body: "We hope that you like it. A review helps others to choose.",
  }),
  ORDER_CANCELLED: (order) => ({
    title: `Order ${order.number} is cancelled`,
    body: `${reasonOf(order, "It will not be delivered.")} What was paid goes back to you.`,
  }),
  ORDER_EXPIRED: (order) => ({
    title: `Order ${order.number} has expired`,
    body: "It was not paid in time, and its items are on sale again. You can order them anew.",
  }),
};

export function orderMessage(kind: OrderKind, order: OrderSnapshot): Message {
  return { kind, ...orderWording[kind](order), subject: subject("Order", order.orderId) };
}

export function paymentFailedMessage({ orderId, amount }: { orderId: string; amount: EventMoney }): Message {
  return {
    kind: "PAYMENT_FAILED",
    title: "Your payment did not go through",
    body: `${formatMoney(amount)} could not be charged. Try again, or with another means of payment.`,
    subject: subject("Order", orderId),
  };
}

export function paymentRefundedMessage({ orderId, amount }: { orderId: string; amount: EventMoney }): Message {
  return {
    kind: "PAYMENT_REFUNDED",
    title: `${formatMoney(amount)} is on its way back to you`,
    body: "How soon it arrives depends on your bank: mostly within five working days.",
    subject: subject("Order", orderId),
  };
}

export function commentRepliedMessage({ commentId, excerpt }: { commentId: string; excerpt?: string }): Message {
  return {
    kind: "COMMENT_REPLIED",
    title: "Somebody replied to your comment",
    body: excerpt === undefined ? "Read what they say." : `“${excerpt}”`,
    subject: subject("Comment", commentId),
  };
}

export function commentLikedMessage({ commentId }: { commentId: string }): Message {
  return {
    kind: "COMMENT_LIKED",
    title: "Somebody likes your comment",
    body: "What you wrote was of help.",
    subject: subject("Comment", commentId),
  };
}

export function commentHiddenMessage({ commentId }: { commentId: string }): Message {
  return {
    kind: "COMMENT_HIDDEN",
    title: "Your comment was hidden",
    body: "Others cannot see it for now, because it does not fit our rules. You can edit it.",
    subject: subject("Comment", commentId),
  };
}

export function backInStockMessage({ productId, name }: { productId: string; name: string }): Message {
  return {
    kind: "PRODUCT_BACK_IN_STOCK",
    title: `${name} is back in stock`,
    body: "You asked us to tell you. It can be ordered again, while it lasts.",
    subject: subject("Product", productId),
  };
}

export function priceDroppedMessage(change: {
  productId: string;
  name: string;
  oldPrice: EventMoney;
  newPrice: EventMoney;
}): Message {
  return {
    kind: "PRODUCT_PRICE_DROPPED",
    title: `${change.name} costs less now`,
    body: `${formatMoney(change.newPrice)} instead of ${formatMoney(change.oldPrice)}.`,
    subject: subject("Product", change.productId),
  };
}

export function announcementMessage({ title, body }: { title: string; body: string }): Message {
  return { kind: "SYSTEM_ANNOUNCEMENT", title, body, subject: null };
}

export function welcomeMessage({ displayName }: { displayName: string }): Message {
  return {
    kind: "WELCOME",
    title: `Welcome, ${displayName}!`,
    body: "Here we tell you of your orders, of replies to your comments and of products that you watch.",
    subject: null,
  };
}

function subject(type: Subject["type"], id: string): Subject {
  return { type, id };
}

function itemsOf({ lines }: OrderSnapshot): string {
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return count === 1 ? "1 item" : `${count} items`;
}

function reasonOf({ reason }: OrderSnapshot, otherwise: string): string {
  if (reason === undefined || reason === "") return otherwise;
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

/** @returns for example "€12.00" or "¥1,200" */
function formatMoney({ amountMinor, currency }: EventMoney): string {
  // Intl throws on what cannot be a currency, and an event must not be held up by its wording.
  if (!/^[a-z]{3}$/i.test(currency)) return `${amountMinor} ${currency}`;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
