import { type Api } from "./api";
import { register, type Signed } from "./walk-accounts";

interface Order {
  readonly id: string;
  readonly payments: readonly { readonly id: string }[];
}

const shippingAddress = {
  recipient: "Ada Lovelace",
  line1: "12 St James's Square",
  city: "London",
  postalCode: "SW1Y 4JH",
  countryCode: "GB",
};

/** A purchase to its end, one that staff cancels, a declined one. @returns who bought */
export async function walkOrders(api: Api, staff: string, productId: string): Promise<Signed> {
  const ada = await register(api);
  const as = ada.accessToken;
  const stranger = (await register(api)).accessToken;
  const lines = [{ productId, quantity: 1 }];
  await api.ok("POST /v1/order-quotes", { body: { lines } });
  const place = () => api.ok<Order>("POST /v1/orders", { as, body: { lines, shippingAddress } });

  const { id } = await place();
  const path = { id };
  await api.ok("GET /v1/orders/{id}", { as, path });
  for (const other of ["GET /v1/orders/{id}", "POST /v1/orders/{id}/cancel", "POST /v1/orders/{id}/payments"]) {
    const body = other.startsWith("GET") ? undefined : other.endsWith("payments") ? { paymentToken: "tok_ok" } : {};
    expect([other, (await api.call(other, { as: stranger, path, body })).status]).toEqual([other, 404]);
  }
  const pay = (paymentToken: string) => api.call("POST /v1/orders/{id}/payments", { as, path, body: { paymentToken } });
  expect((await pay("tok_declined")).status).toBe(402);
  await api.ok("POST /v1/orders/{id}/payments", { as, path, body: { paymentToken: "tok_ok" } });
  expect((await pay("tok_ok")).status).toBe(409);
  await api.ok("POST /v1/orders/{id}/ship", { as: staff, path, body: { trackingNumber: "GB123" } });
  await api.ok("POST /v1/orders/{id}/deliver", { as: staff, path });
  expect((await api.call("POST /v1/orders/{id}/cancel", { as, path, body: {} })).status).toBe(409);

  const { payments } = await api.ok<Order>("GET /v1/orders/{id}", { as, path });
  const payment = { id: payments.at(-1)?.id ?? "" };
  await api.ok("GET /v1/payments/{id}", { as, path: payment });
  await api.ok("GET /v1/payments/{id}/transactions", { as, path: payment });
  expect((await api.call("GET /v1/payments/{id}", { as: stranger, path: payment })).status).toBe(404);
  const amount = { amountMinor: 900, currency: "EUR" };
  await api.ok("POST /v1/payments/{id}/refunds", { as: staff, path: payment, body: { amount } });

  const second = await place();
  const reason = "Ordered twice";
  await api.ok("POST /v1/orders/{id}/cancel", { as: staff, path: { id: second.id }, body: { reason } });
  const page = await api.ok<{ nextCursor: string }>("GET /v1/orders", { as, query: { limit: "1" } });
  const rest = await api.ok<object>("GET /v1/orders", { as, query: { limit: "1", after: page.nextCursor } });
  expect(rest).toMatchObject({ items: [{ id }], nextCursor: null });
  return ada;
}
