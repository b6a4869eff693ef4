import { z } from "zod";
import { defineEvent } from "./define-event";
import { id, money } from "./payloads";

const ofOrder = { topic: "order.v1", key: (payload: { orderId: string }) => payload.orderId } as const;

export const orderSnapshot = z.object({
  orderId: id,
  number: z.string(),
  userId: id,
  status: z.enum(["PENDING", "AWAITING_PAYMENT", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "EXPIRED", "REJECTED"]),
  total: money.optional(),
  lines: z.array(z.object({ productId: id, name: z.string().optional(), quantity: z.int() })),
  trackingNumber: z.string().optional(),
  reason: z.string().optional(),
});
export type OrderSnapshot = z.infer<typeof orderSnapshot>;

const orderEvent = (type: string) => defineEvent({ ...ofOrder, type, payload: orderSnapshot });
export const orderPlaced = orderEvent("placed");
export const orderRejected = orderEvent("rejected");
export const orderPaid = orderEvent("paid");
export const orderShipped = orderEvent("shipped");
export const orderDelivered = orderEvent("delivered");
export const orderCancelled = orderEvent("cancelled");
export const orderExpired = orderEvent("expired");

/** `amount` is what this event moved: the capture, the refund, or what failed to be charged. */
const paymentChange = z.object({
  paymentId: id,
  orderId: id,
  userId: id,
  amount: money,
  failureCode: z.string().optional(),
});
const paymentEvent = (type: string) => defineEvent({ ...ofOrder, type, payload: paymentChange });
export const paymentCaptured = paymentEvent("payment-captured");
export const paymentFailed = paymentEvent("payment-failed");
export const paymentRefunded = paymentEvent("payment-refunded");
