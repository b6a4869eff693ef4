import { type FastifyInstance } from "fastify";
import { type PaymentProvider } from "./payment-provider";
import { type Settlement } from "./settlement";

/**
 * POST /v1/payment-webhooks/{provider}: a provider tells that something was settled. It is taken as a hint only, on
 * which the provider is asked: so that neither their order, nor their number, nor what stands in them matters.
 * @param options.wake called when there is something to ask for
 */
export function registerPaymentWebhooks(options: {
  app: FastifyInstance;
  provider: PaymentProvider;
  settlement: Settlement;
  wake: () => void;
}): void {
  const { provider, settlement } = options;
  void options.app.register((scope, _options, done) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, parsed) => parsed(null, body));
    scope.post<{ Params: { provider: string } }>("/v1/payment-webhooks/:provider", async (request, reply) => {
      if (request.params.provider !== provider.name) return reply.code(404).send();
      const { body } = request;
      const headers = request.headers as Record<string, string | undefined>;
      const reading = Buffer.isBuffer(body) ? provider.readWebhook(headers, body) : { authentic: false as const };
      if (!reading.authentic) {
        return reply.code(400).type("application/problem+json").send({
          type: "about:blank",
          title: "Bad Request",
          status: 400,
          detail: "The signature does not hold.",
          code: "BAD_SIGNATURE",
        });
      }
      // What is not about us is taken too: whoever is refused for long sends nothing more in the end.
      if (reading.key !== null && (await settlement.hasten(reading.key))) options.wake();
      return reply.code(204).send();
    });
    done();
  });
}
