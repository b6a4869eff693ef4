import { type KeyObject } from "node:crypto";
import { createServiceCredentials, serviceCredentialHeader } from "@shop/auth";
import { type ServiceName } from "@shop/rest-facade";

export interface Answer<Data> {
  readonly status: number;
  readonly data: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

export interface RestAnswer {
  readonly status: number;
  /** The content type without its parameters. */
  readonly mediaType: string | undefined;
  readonly body: unknown;
}

export interface TestClient<Caller> {
  /** Sends an operation to /graphql as the gateway does, which is itself known by its credential. */
  readonly query: <Data>(document: string, variables?: object, caller?: Caller | null) => Promise<Answer<Data>>;
  /** The one field that an operation asks for; a top-level error fails the test. */
  readonly field: <Field>(document: string, variables?: object, caller?: Caller | null) => Promise<Field>;
  /** Asks one of the service's own routes, as anybody may. */
  readonly rest: (method: "GET" | "POST", path: string, caller?: Caller | null) => Promise<RestAnswer>;
}

/**
 * What tests speak to a running subgraph with.
 * @param options.port where it listens now
 * @param options.callee its name
 * @param options.gatewayKey the private key that the gateway proves itself to it with
 * @param options.headersOf what a request made for a caller carries, such as Authorization
 */
export function createTestClient<Caller>(options: {
  port: () => number;
  callee: ServiceName;
  gatewayKey: KeyObject;
  headersOf: (caller: Caller) => Promise<Record<string, string>>;
}): TestClient<Caller> {
  const credentialFor = createServiceCredentials({ caller: "gateway", key: options.gatewayKey });
  const urlOf = (path: string): string => `http://127.0.0.1:${options.port()}${path}`;
  const headersOf = async (caller: Caller | null): Promise<Record<string, string>> =>
    caller === null ? {} : options.headersOf(caller);

  const client: TestClient<Caller> = {
    query: async <Data>(document: string, variables = {}, caller: Caller | null = null): Promise<Answer<Data>> => {
      const response = await fetch(urlOf("/graphql"), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          [serviceCredentialHeader]: await credentialFor(options.callee),
          ...(await headersOf(caller)),
        },
        body: JSON.stringify({ query: document, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer<Data>, "status">) };
    },
    field: async <Field>(document: string, variables?: object, caller?: Caller | null): Promise<Field> => {
      const { data, errors } = await client.query<Record<string, Field> | null>(document, variables, caller);
      const field = Object.values(data ?? {})[0];
      if (errors !== undefined || field === undefined) throw new Error(JSON.stringify(errors));
      return field;
    },
    rest: async (method, path, caller = null) => {
      const response = await fetch(urlOf(path), { method, headers: await headersOf(caller) });
      const body: unknown = await response.json();
      return { status: response.status, mediaType: response.headers.get("content-type")?.split(";")[0], body };
    },
  };
  return client;
}
