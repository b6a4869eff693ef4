import { randomUUID } from "node:crypto";
import { type Contract, type Operation } from "./openapi";

export interface Call {
  /** For the path's parameters. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** An access token. */
  readonly as?: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly mediaType: string | undefined;
  readonly text: string;
  readonly body: unknown;
}

/** A call that succeeded, and its answer. */
export interface Success {
  readonly call: Call;
  readonly body: unknown;
}

export interface Api {
  readonly contract: Contract;
  /** Calls a route at the gateway. @throws where the answer is not as /openapi.json has it */
  call(name: string, call?: Call): Promise<Reply>;
  /** Calls it and expects success. A GET is asked of the service's own port as well: the bytes must be the same. */
  ok<Body>(name: string, call?: Call): Promise<Body>;
  /** The last success of each route that has succeeded. */
  readonly succeeded: ReadonlyMap<string, Success>;
}

/** @param portOf of a service, by its name */
export function createApi(url: string, contract: Contract, portOf: (service: string) => string): Api {
  const succeeded = new Map<string, Success>();

  async function send(base: string, operation: Operation, call: Call): Promise<Reply> {
    const response = await fetch(urlOf(base, operation, call), {
      method: operation.method,
      headers: headersOf(operation, call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
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

  const call: Api["call"] = (name, what = {}) => send(url, contract.find(name), what);
  return {
    contract,
    call,
    succeeded,
    ok: async <Body>(name: string, what: Call = {}) => {
      const operation = contract.find(name);
      const reply = await send(url, operation, what);
      if (reply.status >= 300) throw new Error(`${name}: ${reply.status} ${reply.text}`);
      succeeded.set(name, { call: what, body: reply.body });
      if (operation.method === "GET") await expectTheSame(operation, what, reply);
      return reply.body as Body;
    },
  };

  async function expectTheSame(operation: Operation, what: Call, reply: Reply): Promise<void> {
    const own = await send(`http://localhost:${portOf(operation.service)}`, operation, what);
    const tag = reply.headers.get("etag") ?? "";
    expect([own.text, own.headers.get("etag")]).toEqual([reply.text, tag]);
    const known = await send(url, operation, { ...what, headers: { ...what.headers, "if-none-match": tag } });
    expect([known.status, known.text]).toEqual([304, ""]);
  }
}

function urlOf(base: string, { path }: Operation, { path: parameters = {}, query = {} }: Call): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(parameters[name] ?? "x"));
  return `${base}${filled}${Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`}`;
}

function headersOf({ parameters }: Operation, { as, body, headers = {} }: Call): Record<string, string> {
  const needsKey = parameters.some(({ name, required }) => name === "Idempotency-Key" && required === true);
  return {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
    ...(needsKey ? { "idempotency-key": randomUUID() } : {}),
    ...headers,
  };
}
