import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { createServiceVerifier, serviceCredentialHeader } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import { execute, type GraphQLResolveInfo, parse, validate } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";

type Resolve = (parent: never, args: never, context: never, info: GraphQLResolveInfo) => unknown;
type Resolvers = Record<string, Record<string, Resolve | { subscribe: Resolve }>>;

/** A subgraph as services are: GraphQL over HTTP and graphql-transport-ws, for callers with a service credential. */
export interface TestSubgraph {
  readonly name: string;
  readonly typeDefs: string;
  readonly port: number;
  /** What came in, in order. */
  readonly requests: {
    readonly query: string;
    readonly headers: IncomingHttpHeaders;
    /** Answered, or given up. */
    readonly closed: Promise<unknown>;
  }[];
  readonly openSockets: () => number;
  /** While set, requests are taken and answered only once it is set no more. */
  hanging: boolean;
  /** Ends the server and its connections at once, as a kill does. */
  kill(): Promise<void>;
  /** Listens again, on the same port. */
  revive(): Promise<void>;
}

export async function startSubgraph(name: string, typeDefs: string, resolvers: Resolvers): Promise<TestSubgraph> {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: resolvers as never });
  const verify = createServiceVerifier({ callee: name, callers: { gateway: [testServiceKeys.gateway.publicKey] } });
  const requests: TestSubgraph["requests"] = [];
  const state = { hanging: false, held: [] as (() => void)[] };
  const listen = async (
    port: number,
  ): Promise<{ port: number; sockets: Set<WebSocket>; stop: () => Promise<void> }> => {
    const server = createServer((request, response) => {
      void (async () => {
        const body = JSON.parse(await text(request)) as { query: string; variables: Record<string, unknown> };
        requests.push({ query: body.query, headers: request.headers, closed: once(response, "close") });
        if (state.hanging) await new Promise<void>((resolve) => state.held.push(resolve));
        const caller = await verify(request.headers[serviceCredentialHeader] as string | undefined);
        const document = parse(body.query);
        const errors = caller === null ? [new Error("no caller")] : validate(schema, document);
        const contextValue = { authorization: request.headers.authorization };
        const result =
          errors.length > 0
            ? { errors }
            : await execute({ schema, document, variableValues: body.variables, contextValue });
        response.setHeader("content-type", "application/json").end(JSON.stringify(result));
      })();
    });
    const sockets = new WebSocketServer({ server, path: "/graphql" });
    useServer(
      {
        schema,
        context: (ctx) => ({ authorization: ctx.connectionParams?.["Authorization"] }),
        onConnect: async (ctx) =>
          (await verify(ctx.extra.request.headers[serviceCredentialHeader] as string | undefined)) !== null,
      },
      sockets,
    );
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return {
      port: (server.address() as AddressInfo).port,
      sockets: sockets.clients,
      stop: async () => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  };

  let running = await listen(0);
  const { port } = running;
  let isRunning = true;
  return {
    name,
    typeDefs,
    port,
    requests,
    openSockets: () => running.sockets.size,
    get hanging() {
      return state.hanging;
    },
    set hanging(hanging) {
      state.hanging = hanging;
      if (!hanging) for (const answer of state.held.splice(0)) answer();
    },
    kill: async () => {
      if (isRunning) await running.stop();
      isRunning = false;
    },
    revive: async () => {
      running = await listen(port);
      isRunning = true;
    },
  };
}
