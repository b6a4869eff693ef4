import { type Logger } from "@shop/telemetry";
import { type Config } from "../config";
import { type PaymentProvider } from "../payment-provider";
import { createSandboxProvider } from "./sandbox";
import { createStripeProvider } from "./stripe";

/** The provider that the environment names. @param options.timeoutMs for one operation of it */
export function createProvider(options: {
  payments: Config["payments"];
  timeoutMs: number;
  log: Logger;
}): PaymentProvider {
  const { payments, timeoutMs, log } = options;
  switch (payments.provider) {
    case "sandbox":
      return createSandboxProvider({ ...payments, timeoutMs });
    case "stripe":
      return createStripeProvider({ ...payments, timeoutMs, log });
  }
}
