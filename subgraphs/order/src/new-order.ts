import { createId } from "@shop/ids";
import { type Database } from "./database";
import { type ClientKey, digestOf, findKey, type KnownKey } from "./idempotency";
import { createOrderNumber } from "./order-number";
import { type Order } from "./orders";
import { type PlacementInput } from "./placement-input";

/**
 * Notes an order whose stock is yet to be asked for, with its lines, its timeline's first entry and the client's key: all
 * of it stands, or nothing. A key that another call is claiming is waited for.
 * @param options.resumeAfterMs when a worker takes it up, should its own call end without settling it
 */
export async function noteOrder(
  db: Database,
  key: ClientKey,
  input: PlacementInput,
  options: { currency: string; resumeAfterMs: number },
): Promise<{ readonly state: "BEGUN"; readonly order: Order } | KnownKey> {
  const { lines, expectedTotal } = input;
  const address = toAddress(input.shippingAddress);
  const now = new Date();
  const id = createId("ord", now.getTime());
  const order: Order = {
    id,
    number: createOrderNumber(),
    userId: key.viewerId,
    status: "PENDING",
    currency: options.currency,
    totalMinor: null,
    expectedTotalMinor: expectedTotal ? BigInt(expectedTotal.amountMinor) : null,
    rejection: null,
    trackingNumber: null,
    ...address,
    attendAt: new Date(now.getTime() + options.resumeAfterMs),
    expiresAt: null,
    placedAt: now,
    updatedAt: now,
    version: 1,
    lines: lines.map(({ productId, quantity }, place) => ({
      ...{ id: createId("oli"), orderId: id, place, productId, quantity },
      ...{ name: null, unitPriceMinor: null },
    })),
  };
  const requestHash = digestOf([lines, address, expectedTotal ?? null]);
  // One statement is a transaction of its own: a checkout has no time for the six that Prisma would take for this.
  const noted = await db.$executeRaw`
    WITH claimed AS (
      INSERT INTO idempotency_keys (viewer_id, mutation, key, request_hash, subject_id)
      VALUES (${key.viewerId}, ${key.mutation}, ${key.key}, ${requestHash}, ${id})
      ON CONFLICT DO NOTHING RETURNING subject_id AS order_id),
    placed AS (
      INSERT INTO orders (id, number, user_id, status, currency, expected_total_minor, recipient, line1, line2, city,
                          region, postal_code, country_code, phone, attend_at, placed_at, updated_at)
      SELECT order_id, ${order.number}, ${order.userId}, 'PENDING', ${order.currency}, ${order.expectedTotalMinor}::bigint,
             ${address.recipient}, ${address.line1}, ${address.line2}, ${address.city}, ${address.region},
             ${address.postalCode}, ${address.countryCode}, ${address.phone},
             ${order.attendAt}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
        FROM claimed),
    asked AS (
      INSERT INTO order_lines (id, order_id, place, product_id, quantity)
      SELECT line.id, order_id, line.place, line.product_id, line.quantity
        FROM claimed, unnest(${order.lines.map((line) => line.id)}::text[], ${order.lines.map(({ place }) => place)}::int[],
                             ${lines.map(({ productId }) => productId)}::text[], ${lines.map(({ quantity }) => quantity)}::int[])
             AS line (id, place, product_id, quantity))
    INSERT INTO order_timeline (id, order_id, at, status, actor_id)
    SELECT ${createId("otl")}, order_id, ${now}::timestamptz, 'PENDING', ${order.userId} FROM claimed`;
  if (noted === 1) return { state: "BEGUN", order };
  const known = await findKey(db, key, requestHash);
  if (known === null) throw new Error("an order was not noted although its key is new");
  return known;
}

/** With null for what is absent: to a client's key both are the same input. */
function toAddress(address: PlacementInput["shippingAddress"]) {
  const { recipient, line1, line2 = null, city, region = null, postalCode, countryCode, phone = null } = address;
  return { recipient, line1, line2, city, region, postalCode, countryCode, phone };
}
