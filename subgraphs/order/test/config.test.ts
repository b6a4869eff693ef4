import { testServiceKeys } from "@shop/auth/testing";
import { formatServiceKey, parseEnvironment } from "@shop/env";
import { environment } from "../src/config";

const { order, gateway, notification } = testServiceKeys;
const given = {
  ORDER_DATABASE_URL: "postgresql://localhost/order",
  ORDER_SERVICE_KEY: formatServiceKey(order.privateKey),
  GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(gateway.publicKey),
  NOTIFICATION_SERVICE_PUBLIC_KEYS: formatServiceKey(notification.publicKey),
};

it("takes payments by the sandbox where nothing else is said", () => {
  expect(parseEnvironment(environment, given)).toMatchObject({ ok: true, values: { PAYMENT_PROVIDER: "sandbox" } });
});

it("takes payments by Stripe with its secrets alone, and tells of all that is missing at once", () => {
  const stripe = { ...given, PAYMENT_PROVIDER: "stripe" };
  expect(parseEnvironment(environment, { ...stripe, ORDER_PORT: "none" })).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(/^ORDER_PORT: /),
      "STRIPE_SECRET_KEY is required",
      "STRIPE_WEBHOOK_SECRET is required",
    ],
  });
  const secrets = { STRIPE_SECRET_KEY: "sk_test_0123456789", STRIPE_WEBHOOK_SECRET: "whsec_0123456789" };
  expect(parseEnvironment(environment, { ...stripe, ...secrets })).toMatchObject({ ok: true });
});
