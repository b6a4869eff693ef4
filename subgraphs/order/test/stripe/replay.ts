// Plays Stripe: what is asked has to be what was recorded, in its order, and is answered as recorded.
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";

interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The form's fields, or the query's. `<name>` stands for any text, which is the same wherever the name comes again. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of POST alone. */
  readonly idempotencyKey?: string;
}

export interface Exchange extends Request {
  /** null where no answer comes */
  readonly answer: { readonly status: number; readonly body: object } | null;
}

export interface Replay {
  readonly url: string;
  /** What is to be asked from now on. */
  expect(exchanges: readonly Exchange[]): void;
  /** What was asked otherwise than recorded, and what was recorded and not asked. */
  differences(): unknown[];
  stop(): Promise<void>;
}

export const secretKey = "sk_test_a_key_for_tests_only";
const everyRequestHas = { authorization: `Bearer ${secretKey}`, version: "2026-10-28.endive" };

export async function startReplay(): Promise<Replay> {
  const expected: Exchange[] = [];
  const values = new Map<string, string>();
  const differences: unknown[] = [];

  /** A recorded text with its `<name>` filled in; the first that is given for a name is what it stands for. */
  function fill(recorded: string, given: string | undefined): string {
    const [, name, rest = ""] = /^<(\w+)>(.*)$/.exec(recorded) ?? [];
    if (name === undefined) return recorded;
    if (!values.has(name) && given?.endsWith(rest)) values.set(name, given.slice(0, given.length - rest.length));
    return `${values.get(name)}${rest}`;
  }

  const server = createServer((request, response) => {
    void readRequest(request).then((asked) => {
      const { answer, ...recorded } = expected.shift() ?? { answer: null };
      const wanted = "path" in recorded ? fillRequest(recorded, asked) : null;
      if (!isDeepStrictEqual(asked, { ...wanted, ...everyRequestHas })) {
        differences.push({ asked, wanted });
        response.writeHead(500).end();
      } else if (answer !== null) {
        response.writeHead(answer.status, { "content-type": "application/json", "request-id": "req_example" });
        response.end(JSON.stringify(answer.body));
      }
    });
  });

  function fillRequest(recorded: Request, asked: Request): Request {
    const fields = Object.entries(recorded.fields).map(([name, text]) => [name, fill(text, asked.fields[name])]);
    const { idempotencyKey: key } = recorded;
    return {
      ...recorded,
      fields: Object.fromEntries(fields) as Request["fields"],
      ...(key === undefined ? {} : { idempotencyKey: fill(key, asked.idempotencyKey) }),
    };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expect: (exchanges) => {
      expected.push(...exchanges);
    },
    differences: () => [...differences, ...expected.map(({ answer: _, ...wanted }) => ({ asked: null, wanted }))],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage): Promise<Request & typeof everyRequestHas> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
  const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://stripe");
  const method = request.method as "GET" | "POST";
  const { "idempotency-key": idempotencyKey, "stripe-version": version, authorization } = request.headers;
  return {
    method,
    path,
    fields: Object.fromEntries(method === "GET" ? searchParams : new URLSearchParams(body)),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: String(idempotencyKey) }),
    authorization: String(authorization),
    version: String(version),
  };
}
