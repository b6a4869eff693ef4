import { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { registerHealthRoutes } from "@shop/lifecycle";
import { fastify } from "fastify";
import { z } from "zod";
import { type StandIn, type StandInOptions } from "../stand-in";
import { type KeyReused, openLedger, type Operation } from "./ledger";
import { behaviourOf } from "./tokens";
import { startWebhookSender } from "./webhooks";

export { sign as signWebhook } from "./webhooks";

const amountMinor = z.int().min(0);
const chargeBody = z.object({ amountMinor, currency: z.string().length(3), token: z.string().min(1) });
const refundBody = z.object({ amountMinor });
const keyHeader = z.string().min(1).max(255);

const pendingSettlesAfterMs = 1_000;
// Longer than any caller's patience; it has long asked again by then.
const lateAnswerAfterMs = 60_000;

/**
 * A payment provider for development and tests, spoken to over HTTP as a real one: it holds, takes and gives back play
 * money, each operation once per `idempotency-key`, and tells of each by a signed webhook.
 *
 *     POST /v1/charges {amountMinor, currency, token}     POST /v1/charges/:id/capture|void
 *     POST /v1/charges/:id/refunds {amountMinor}          GET  /v1/operations/:key          GET /v1/charges
 *
 * @param options.webhookUrl where settled operations are told of
 */
export async function startPaymentsSandbox(
  options: StandInOptions & { webhookUrl: string; webhookSecret: string },
): Promise<StandIn> {
  const { dataDir, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const webhooks = startWebhookSender({ dataDir, url: options.webhookUrl, secret: options.webhookSecret, log });
  const ledger = openLedger(dataDir, (operation) => webhooks.send(operation));
  const settleLater = ({ key }: Operation): void => {
    sleep(pendingSettlesAfterMs, undefined, { signal }).then(
      () => ledger.settle(key),
      () => undefined, // stopped: it is settled after the next start
    );
  };
  for (const operation of ledger.operations()) {
    if (operation.status === "pending") settleLater(operation);
    else webhooks.send(operation);
  }

  const app = fastify({ forceCloseConnections: true, bodyLimit: 10_000 });
  app.setErrorHandler((error, _request, reply) => {
    const fault = error instanceof z.ZodError;
    if (!fault) log.error({ err: error }, "the payments sandbox failed");
    return reply.code(fault ? 400 : 500).send({ error: fault ? "invalid_request" : "internal" });
  });
  registerHealthRoutes(app, {});
  app.get("/v1/charges", () => ({ charges: ledger.charges() }));
  app.get<{ Params: { key: string } }>("/v1/operations/:key", (request, reply) => {
    const operation = ledger.operation(request.params.key);
    return operation === null ? reply.code(404).send({ error: "not_found" }) : operation;
  });
  app.post("/v1/charges", async (request, reply) => {
    const key = keyHeader.parse(request.headers["idempotency-key"]);
    const body = chargeBody.parse(request.body);
    const isRepeat = ledger.operation(key) !== null;
    const operation = ledger.authorize(key, body);
    if (!isRepeat && !("keyReused" in operation)) {
      if (operation.status === "pending") settleLater(operation);
      if (behaviourOf(body.token).answersLate) await sleep(lateAnswerAfterMs, undefined, { signal }).catch(() => null);
    }
    return reply.code(statusOf(operation)).send(operation);
  });
  app.post<{ Params: { id: string; action: string } }>("/v1/charges/:id/:action", (request, reply) => {
    const key = keyHeader.parse(request.headers["idempotency-key"]);
    const { id, action } = request.params;
    const perform = {
      capture: () => ledger.capture(key, id),
      void: () => ledger.void(key, id),
      refunds: () => ledger.refund(key, id, refundBody.parse(request.body).amountMinor),
    };
    const operation = action in perform ? perform[action as keyof typeof perform]() : null;
    return reply.code(statusOf(operation)).send(operation ?? { error: "not_found" });
  });
  await app.listen({ host: options.host, port: options.port });
  log.info("The payments sandbox moves no real money: it is for development, demonstration and tests.");

  return {
    port: (app.server.address() as AddressInfo).port,
    stop: async () => {
      stopping.abort();
      await app.close();
      webhooks.stop();
      ledger.close();
    },
  };
}

function statusOf(operation: Operation | KeyReused | null): number {
  if (operation === null) return 404;
  return "keyReused" in operation ? 422 : 200;
}
