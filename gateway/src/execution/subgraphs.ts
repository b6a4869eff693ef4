import { type ServiceCredentialFor } from "@shop/auth";
import { type Logger } from "@shop/telemetry";
import { createSubgraphClient, type SubgraphClient } from "./subgraph-client";

export interface Subgraphs {
  /** The same one for the same name and address. */
  readonly clientOf: (subgraph: { readonly name: string; readonly url: string }) => SubgraphClient;
  /** Where it is asked. */
  urlOf(subgraph: { name: string; url: string }): string;
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
  readonly credentialFor: ServiceCredentialFor | undefined;
  readonly log: Logger;
}

/** The connections to all subgraphs. They are kept over a swap of the supergraph. */
export function createSubgraphs(options: SubgraphsOptions): Subgraphs {
  const { urls, ...clientOptions } = options;
  const clients = new Map<string, SubgraphClient>();
  const urlOf = ({ name, url }: { readonly name: string; readonly url: string }): string => urls[name] ?? url;

  return {
    clientOf: ({ name, url }) => {
      const address = urlOf({ name, url });
      const key = `${name} ${address}`;
      const client = clients.get(key) ?? createSubgraphClient({ ...clientOptions, name, url: address });
      clients.set(key, client);
      return client;
    },
    urlOf,
    socketUrl: (subgraph) => urlOf(subgraph).replace(/^http/, "ws"),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
