import { type GraphQLDataSource, type GraphQLDataSourceProcessOptions } from "@apollo/gateway";
import { type Logger } from "@shop/telemetry";
import { type RequestContext } from "../request-context";
import { createSubgraphClient, type SubgraphClient } from "./subgraph-client";
import { readSubgraphErrors, unavailableError } from "./subgraph-errors";

export interface Subgraphs {
  /** What @apollo/gateway's execution fetches from; the same one for the same name and address. */
  dataSource(subgraph: { name: string; url?: string | undefined }): GraphQLDataSource;
  /** Where subscriptions of a subgraph are opened. */
  socketUrl(subgraph: { name: string; url: string }): string;
  close(): Promise<void>;
}

export interface SubgraphsOptions {
  /** By a subgraph's name: the address that stands in for the routing URL of the supergraph. */
  readonly urls: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly mutationTimeoutMs: number;
  readonly connections: number;
  readonly credential: (() => Promise<string>) | undefined;
  readonly log: Logger;
}

/** The connections to all subgraphs. They are kept over a swap of the supergraph. */
export function createSubgraphs(options: SubgraphsOptions): Subgraphs {
  const { urls, ...clientOptions } = options;
  const clients = new Map<string, SubgraphClient>();
  const urlOf = (name: string, routingUrl: string): string => urls[name] ?? routingUrl;

  return {
    dataSource: ({ name, url = "" }) => {
      const address = urlOf(name, url);
      const key = `${name} ${address}`;
      const client = clients.get(key) ?? createSubgraphClient({ ...clientOptions, name, url: address });
      clients.set(key, client);
      return createDataSource(name, client);
    },
    socketUrl: ({ name, url }) => urlOf(name, url).replace(/^http/, "ws"),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function createDataSource(name: string, client: SubgraphClient): GraphQLDataSource {
  return {
    process: async ({ request, context }: GraphQLDataSourceProcessOptions) => {
      const { query = "", operationName, variables } = request;
      // `context` is what Apollo Server was given as contextValue; its type here is that of any record.
      const outcome = await client.send({ query, operationName, variables }, context as RequestContext);
      if (outcome.ok) {
        const errors = readSubgraphErrors(name, outcome.answer, query);
        return { data: outcome.answer.data, ...(errors === undefined ? {} : { errors }) };
      }
      return { data: null, errors: [unavailableError(name, query)] };
    },
  };
}
