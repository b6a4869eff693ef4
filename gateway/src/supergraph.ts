import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { type SupergraphManager } from "@apollo/gateway";
import { type Schema, Supergraph } from "@apollo/federation-internals";
import { QueryPlanner } from "@apollo/query-planner";
import { type Logger } from "@shop/telemetry";
import { type GraphQLSchema } from "graphql";

/** One supergraph schema, ready to plan and to validate against. */
export interface LoadedSupergraph {
  readonly sdl: string;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly apiSchema: Schema;
  /** With the join directives; execution needs it. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
}

export interface SupergraphSource {
  /** For ApolloGateway's `supergraphSdl`: hands it the file's content, and each later one that loads. */
  readonly manager: SupergraphManager;
  /** The one that operations run on now. @throws before the gateway has loaded */
  current(): LoadedSupergraph;
  /** Called right after another one has taken its place. */
  onSwap(listener: (supergraph: LoadedSupergraph) => void): void;
}

/** stat()s rather than inotify: it sees renames, mounted files and Kubernetes' swapped symlinks alike. */
const pollIntervalMs = 500;

/**
 * Reads a supergraph from its file and follows it. A changed file is tried out in full before it replaces the running
 * one, in one step between two requests; one that does not load is refused, and the log says why.
 */
export function createSupergraphSource(options: { file: string; log: Logger }): SupergraphSource {
  const { file, log } = options;
  let current: LoadedSupergraph | undefined;
  const listeners: ((supergraph: LoadedSupergraph) => void)[] = [];

  return {
    onSwap: (listener) => void listeners.push(listener),
    current: () => {
      if (current === undefined) throw new Error("The supergraph is not loaded yet.");
      return current;
    },
    manager: {
      initialize: async ({ update }) => {
        current = loadSupergraph(await readFile(file, "utf8"));
        const follow = async (): Promise<void> => {
          try {
            const sdl = await readFile(file, "utf8");
            if (sdl === current?.sdl) return;
            const next = loadSupergraph(sdl);
            update(sdl);
            current = next;
            log.info({ file }, "the supergraph was swapped");
            for (const listener of listeners) listener(next);
          } catch (error) {
            log.error({ err: error, file }, "the changed supergraph was refused; the one before stays in use");
          }
        };
        const onChange = (): void => void follow();
        watchFile(file, { interval: pollIntervalMs }, onChange);
        return {
          supergraphSdl: current.sdl,
          cleanup: () => {
            unwatchFile(file, onChange);
            return Promise.resolve();
          },
        };
      },
    },
  };
}

/** @throws what is wrong with the schema, or what the planner does not support in it */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  const supergraph = Supergraph.build(sdl, { validateSupergraph: true });
  const apiSchema = supergraph.apiSchema();
  return {
    sdl,
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    subgraphs: supergraph.subgraphsMetadata(),
  };
}
