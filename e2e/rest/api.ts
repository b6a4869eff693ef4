import { randomUUID } from "node:crypto";
import { type Call, type Reply } from "./call";
import { compare, routeOf } from "./comparison";
import { eventually } from "../test/eventually";
import { type Contract, isOpen, type Operation } from "./openapi";

/** A call that succeeded, and its answer. */
export interface Success {
  readonly call: Call;
  readonly body: unknown;
}

export interface Api {
  readonly contract: Contract;
  /**
   * Calls a route at the gateway.
   * @param port the service's own instead
   * @throws where the answer is not as /openapi.json has it
   */
  call(name: string, call?: Call, port?: "own"): Promise<Reply>;
  /** Where a path of the document is, with an id in it that nothing has. */
  urlOf(operation: Operation, port?: "own"): string;
  /**
   * Calls it and expects success, and of GraphQL the same; of somebody else's thing that a stranger gets nothing. A GET is
   * asked of the service's own port as well: the bytes must be the same.
   */
  ok<Body>(name: string, call?: Call): Promise<Body>;
  /** The last success of each route that has succeeded. */
  readonly succeeded: ReadonlyMap<string, Success>;
  /** The routes that were held against GraphQL. */
  readonly compared: ReadonlySet<string>;
}

/** What anybody who is signed in may do, with things that everybody sees. */
const everybodys = [
  "POST /v1/products/{id}/comments",
  "PUT /v1/products/{id}/watch",
  "DELETE /v1/products/{id}/watch",
  "POST /v1/comments/{id}/replies",
  "PUT /v1/comments/{id}/like",
  "DELETE /v1/comments/{id}/like",
  "POST /v1/comments/{id}/reports",
];

/** @param portOf of a service, by its name */
export function createApi(url: string, contract: Contract, portOf: (service: string) => string): Api {
  const succeeded = new Map<string, Success>();
  const compared = new Set<string>();
  let stranger: Promise<string> | undefined;
  const baseOf = ({ service }: Operation, port?: "own"): string =>
    port === undefined ? url : `http://localhost:${portOf(service)}`;

  async function send(base: string, operation: Operation, call: Call): Promise<Reply> {
    const response = await fetch(urlOf(base, operation, call), {
      method: operation.method,
      headers: headersOf(operation, call),
      ...bodyOf(call),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const mediaType = response.headers.get("content-type")?.split(";")[0];
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const reply: Reply = { status: response.status, headers: response.headers, mediaType, text, body };
    const faults = contract.faultsOf(operation, reply);
    if (faults.length > 0) throw new Error(`${operation.name}: ${faults.join("; ")}\n${reply.status} ${text}`);
    return reply;
  }

  const call: Api["call"] = (name, what = {}, port) => {
    const operation = contract.find(name);
    return send(baseOf(operation, port), operation, what);
  };
  return {
    contract,
    call,
    urlOf: (operation, port) => urlOf(baseOf(operation, port), operation, {}),
    succeeded,
    compared,
    ok: async <Body>(name: string, what: Call = {}) => {
      const operation = contract.find(name);
      const { isComparable = true } = what;
      const key = randomUUID();
      const again = () => send(url, operation, { ...what, headers: { "idempotency-key": key, ...what.headers } });
      if (operation.path.includes("{") && !isOpen(operation)) await expectToBeSomebodys(operation, what);
      const reply = await again();
      if (reply.status >= 300) throw new Error(`${name}: ${reply.status} ${reply.text}`);
      succeeded.set(name, { call: what, body: reply.body });
      if (operation.method === "GET") await expectTheSame(operation, what, reply);
      if (isComparable) {
        await compare(url, { route: routeOf(name), call: what, key, reply, again });
        compared.add(name);
      }
      return reply.body as Body;
    },
  };

  async function expectToBeSomebodys(operation: Operation, what: Call): Promise<void> {
    if (everybodys.includes(operation.name)) return;
    const as = await (stranger ??= registerStranger());
    for (const port of [undefined, "own"] as const) {
      const { status } = await send(baseOf(operation, port), operation, { ...what, as });
      if (status !== 403 && status !== 404) throw new Error(`a stranger got ${status} of ${operation.name}`);
    }
  }

  async function registerStranger(): Promise<string> {
    const body = { email: `stranger-${randomUUID()}@example.com`, password: "a long enough secret", displayName: "S." };
    return ((await call("POST /v1/auth/register", { body })).body as { accessToken: string }).accessToken;
  }

  async function expectTheSame(operation: Operation, what: Call, reply: Reply): Promise<void> {
    let first: Reply | undefined = reply;
    await eventually(async () => {
      const told = first ?? (await send(url, operation, what)); // what it is of may have gone on between the three
      first = undefined;
      const own = await send(baseOf(operation, "own"), operation, what);
      const tag = told.headers.get("etag") ?? "";
      const known = await send(url, operation, { ...what, headers: { ...what.headers, "if-none-match": tag } });
      expect([own.text, own.headers.get("etag")]).toEqual([told.text, tag]);
      expect([known.status, known.text]).toEqual([304, ""]);
      return true;
    });
  }
}

function urlOf(base: string, { path }: Operation, { path: parameters = {}, query = {} }: Call): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(parameters[name] ?? "x"));
  return `${base}${filled}${Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`}`;
}

function bodyOf({ body, text }: Call): { body?: string } {
  if (text !== undefined) return { body: text };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

function headersOf({ parameters }: Operation, call: Call): Record<string, string> {
  const { as, headers = {} } = call;
  const needsKey = parameters.some(({ name, required }) => name === "Idempotency-Key" && required === true);
  const all: Readonly<Record<string, string | undefined>> = {
    ...("body" in bodyOf(call) ? { "content-type": "application/json" } : {}),
    ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
    ...(needsKey ? { "idempotency-key": randomUUID() } : {}),
    ...headers,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
