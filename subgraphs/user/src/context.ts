import { type Viewer } from "@shop/auth";
import { type SubgraphRequest } from "@shop/subgraph-server";
import { createLoaders, type Loaders } from "./loaders";
import { type UseCases } from "./use-cases";

/** What resolvers have, one for each request. */
export interface Context extends UseCases {
  /** Who asks. */
  readonly viewer: Viewer | null;
  /** Who reads the answer: the viewer, or whoever this very request signed in. It gives a right to see, never to do. */
  reader: Viewer | null;
  readonly userAgent: string | undefined;
  readonly loaders: Loaders;
}

export function createContext(useCases: UseCases, { viewer, userAgent }: SubgraphRequest): Context {
  return { ...useCases, viewer, reader: viewer, userAgent, loaders: createLoaders(useCases) };
}
