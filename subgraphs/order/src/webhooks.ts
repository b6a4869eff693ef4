import { answerProblems, type OpenApiPaths, problemResponse, sendProblem } from "@shop/rest-facade";
import { type Logger } from "@shop/telemetry";
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
  log: Logger;
}): void {
  const { provider, settlement } = options;
  void options.app.register((scope, _options, done) => {
    answerProblems(scope, options.log);
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, parsed) => parsed(null, body));
    scope.post<{ Params: { provider: string } }>("/v1/payment-webhooks/:provider", async (request, reply) => {
      if (request.params.provider !== provider.name) {
        return sendProblem(reply, {
          status: 404,
          code: "NOT_FOUND",
          detail: "Nobody of this name takes payments here.",
        });
      }
      const { body } = request;
      const headers = request.headers as Record<string, string | undefined>;
      const reading = Buffer.isBuffer(body) ? provider.readWebhook(headers, body) : { authentic: false as const };
      if (!reading.authentic) {
        return sendProblem(reply, { status: 400, code: "BAD_SIGNATURE", detail: "The signature does not hold." });
      }
      // What is not about us is taken too: whoever is refused for long sends nothing more in the end.
      if (reading.key !== null && (await settlement.hasten(reading.key))) options.wake();
      return reply.code(204).send();
    });
    done();
  });
}

/** The same for /openapi.json: of this service alone, as no client calls it. */
export const describedWebhooks: OpenApiPaths = {
  "/v1/payment-webhooks/{provider}": {
    post: {
      operationId: "paymentWebhook",
      summary: "For payment providers: tell that something was settled",
      description:
        "The body is the provider's own, and its signature is over these very bytes, with the time in it: it stands in the " +
        "header that the provider sends, `Sandbox-Signature` or `Stripe-Signature`. No access token is looked at.",
      tags: ["order"],
      security: [{}],
      parameters: [
        {
          name: "provider",
          in: "path",
          required: true,
          description: "Who tells; 404 for any but the one that takes the shop's payments",
          schema: { type: "string", enum: ["sandbox", "stripe"] },
          example: "sandbox",
        },
        {
          name: "Sandbox-Signature",
          in: "header",
          description: "`t=<milliseconds>,v1=<HMAC-SHA256 of these, a dot and the body, in hexadecimal>`",
          schema: { type: "string" },
        },
        {
          name: "Stripe-Signature",
          in: "header",
          description: "As Stripe signs its events",
          schema: { type: "string" },
        },
      ],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: { type: "object" },
            example: { type: "authorize.succeeded", key: "txn_01kav5yq3m7c9x2r8t4w6b0nde" },
          },
        },
      },
      responses: {
        204: { description: "Heard; what it is about is asked of the provider" },
        400: { ...problemResponse, description: "The signature does not hold, or is too old" },
        404: { ...problemResponse, description: "No such provider" },
        413: { ...problemResponse, description: "The body is larger than 1 MB" },
        default: { $ref: "#/components/responses/Problem" },
      },
    },
  },
};
