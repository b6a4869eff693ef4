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

it("wants of the sandbox a secret of its own in production, and none where Stripe takes payments", () => {
  const production = { ...given, NODE_ENV: "production" };
  const known = "PAYMENTS_SANDBOX_WEBHOOK_SECRET is required in production: its default is known to everyone";
  for (const sandbox of [production, { ...production, PAYMENT_PROVIDER: "sandbox" }]) {
    expect(parseEnvironment(environment, sandbox)).toEqual({ ok: false, problems: [known] });
  }
  const stripe = {
    PAYMENT_PROVIDER: "stripe",
    STRIPE_SECRET_KEY: "sk_live_01234567",
    STRIPE_WEBHOOK_SECRET: "whsec_0123456789",
  };
  expect(parseEnvironment(environment, { ...production, ...stripe })).toMatchObject({ ok: true });
});
