import { type Viewer } from "@shop/auth";
import { type SubgraphRequest } from "@shop/subgraph-server";
import { createLoaders, type Loaders } from "./loaders";
import { type Client } from "./throttle";
import { type UseCases } from "./use-cases";

/** What resolvers have, one for each request. */
export interface Context extends UseCases {
  /** Who asks. */
  readonly viewer: Viewer | null;
  /** Who reads the answer: the viewer, or whoever this very request signed in. It gives a right to see, never to do. */
  reader: Viewer | null;
  readonly client: Client;
  readonly loaders: Loaders;
}

export function createContext(useCases: UseCases, { viewer, ...client }: SubgraphRequest): Context {
  return { ...useCases, viewer, reader: viewer, client, loaders: createLoaders(useCases) };
}
