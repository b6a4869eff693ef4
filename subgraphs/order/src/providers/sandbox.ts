import { createHmac, timingSafeEqual } from "node:crypto";
import { Agent, request } from "undici";
import { z } from "zod";
import { failureCodes, type PaymentProvider, type ProviderOutcome } from "../payment-provider";

const operation = z.object({
  id: z.string(),
  status: z.enum(["pending", "succeeded", "failed"]),
  failureCode: z.enum(failureCodes).nullable().catch("provider_refused"),
});
const webhook = z.object({ key: z.string() });

// A webhook that was overheard is of no use for longer than this.
const webhookAgeLimitMs = 5 * 60_000;

/** The sandbox provider (local/src/payments-sandbox) over HTTP, as a real one would be. */
export function createSandboxProvider(options: {
  url: string;
  webhookSecret: string;
  timeoutMs: number;
}): PaymentProvider {
  const agent = new Agent({ connections: 32, pipelining: 1 });

  /** @returns null where the provider knows nothing of the kind @throws where it takes the request for none */
  async function call(
    method: "GET" | "POST",
    path: string,
    key?: string,
    body?: object,
  ): Promise<ProviderOutcome | null> {
    let response: { statusCode: number; answer: unknown };
    try {
      const { statusCode, body: answer } = await request(new URL(path, options.url), {
        method,
        dispatcher: agent,
        signal: AbortSignal.timeout(options.timeoutMs),
        ...(key === undefined
          ? {}
          : {
              headers: { "content-type": "application/json", "idempotency-key": key },
              body: JSON.stringify(body ?? {}),
            }),
      });
      response = { statusCode, answer: await answer.json() };
    } catch (cause) {
      return { status: "UNKNOWN", cause };
    }
    const { statusCode, answer } = response;
    if (statusCode >= 500) return { status: "UNKNOWN", cause: new Error(`the provider answered ${statusCode}`) };
    if (statusCode === 404) return null;
    if (statusCode !== 200) throw new Error(`the sandbox provider answered ${statusCode} to ${method} ${path}`);
    return toOutcome(operation.parse(answer));
  }

  async function operate(path: string, key: string, body?: object): Promise<ProviderOutcome> {
    return (await call("POST", path, key, body)) ?? { status: "FAILED", failureCode: "authorization_gone" };
  }

  return {
    name: "sandbox",
    authorize: ({ key, amount, token }) => operate("/v1/charges", key, { ...amount, token }),
    find: ({ key }) => call("GET", `/v1/operations/${encodeURIComponent(key)}`),
    capture: ({ key, authorization }) => operate(`/v1/charges/${authorization}/capture`, key),
    void: ({ key, authorization }) => operate(`/v1/charges/${authorization}/void`, key),
    refund: ({ key, authorization, amount }) =>
      operate(`/v1/charges/${authorization}/refunds`, key, { amountMinor: amount.amountMinor }),
    readWebhook: (headers, rawBody) => {
      if (!isSigned(headers["sandbox-signature"] ?? "", rawBody, options.webhookSecret)) return { authentic: false };
      const parsed = webhook.safeParse(parseJson(rawBody));
      return parsed.success ? { authentic: true, key: parsed.data.key } : { authentic: false };
    },
    stop: () => agent.close(),
  };
}

function toOutcome({ id, status, failureCode }: z.infer<typeof operation>): ProviderOutcome {
  switch (status) {
    case "succeeded":
      return { status: "SUCCEEDED", reference: id };
    case "failed":
      return { status: "FAILED", failureCode: failureCode ?? "provider_refused" };
    case "pending":
      return { status: "PENDING" };
  }
}

/** `t=<time in ms>,v1=<hex HMAC-SHA256 of "time.body">`, compared in constant time. */
function isSigned(signature: string, rawBody: Buffer, secret: string): boolean {
  const parts = /^t=(\d{1,16}),v1=([0-9a-f]{64})$/.exec(signature);
  if (parts === null) return false;
  const [, time = "", given = ""] = parts;
  if (Math.abs(Date.now() - Number(time)) > webhookAgeLimitMs) return false;
  const expected = createHmac("sha256", secret).update(`${time}.`).update(rawBody).digest();
  return timingSafeEqual(expected, Buffer.from(given, "hex"));
}

function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}
