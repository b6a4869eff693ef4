import { createClient } from "graphql-ws";
import WebSocket from "ws";

export interface Answer<Data> {
  readonly data: Data | null;
  readonly errors?: {
    readonly message: string;
    readonly path?: (string | number)[];
    readonly extensions: { code: string };
  }[];
}

/** A front end: plain HTTP and a graphql-transport-ws socket, through the gateway alone. */
export interface ShopClient {
  /** @throws where the answer has top-level errors */
  run<Data>(query: string, variables?: object): Promise<Data>;
  /** The answer as it came. */
  ask<Data>(query: string, variables?: object): Promise<Answer<Data>>;
  rest(path: string): Promise<{ status: number; body: unknown }>;
  subscribe<Data>(query: string, variables?: object): Subscription<Data>;
}

export interface Subscription<Data> {
  /** The next event. @throws where it brings errors, or none comes within the time */
  next(withinMs?: number): Promise<Data>;
  end(): Promise<void>;
}

/**
 * @param accessToken of a viewer; none for an anonymous one
 * @param traceparent of the trace that its requests over HTTP join
 */
export function createShopClient(url: string, accessToken?: string, traceparent?: string): ShopClient {
  const authorization: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  const trace: Record<string, string> = traceparent === undefined ? {} : { traceparent };

  async function ask<Data>(query: string, variables: object = {}): Promise<Answer<Data>> {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization, ...trace },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<Data>;
  }

  return {
    ask,
    run: async <Data>(query: string, variables: object = {}) => {
      const { data, errors } = await ask<Data>(query, variables);
      if (errors !== undefined || data === null) throw new Error(`the gateway answered ${JSON.stringify(errors)}`);
      return data;
    },
    rest: async (path) => {
      const response = await fetch(`${url}${path}`, { headers: authorization });
      return { status: response.status, body: await response.json() };
    },
    subscribe: (query, variables) => subscribe(url, accessToken, query, variables),
  };
}

function subscribe<Data>(
  url: string,
  accessToken: string | undefined,
  query: string,
  variables: object = {},
): Subscription<Data> {
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` },
  });
  const events = client.iterate<Data>({ query, variables: { ...variables } });
  return {
    next: async (withinMs = 30_000) => {
      const event = await within(events.next(), withinMs);
      const result = event.value as Answer<Data> | undefined;
      if (result?.data === undefined || result.data === null || result.errors !== undefined) {
        throw new Error(`the subscription brought ${JSON.stringify(result)}`);
      }
      return result.data;
    },
    end: async () => {
      await client.dispose();
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
