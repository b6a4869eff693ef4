import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { type SupergraphManager } from "@apollo/gateway";
import { Supergraph } from "@apollo/federation-internals";
import { checkScalars } from "@shop/scalars";
import { type Logger } from "@shop/telemetry";
import { type GraphQLSchema } from "graphql";
import { createEngine, type Engine, type EngineDeps } from "./execution/engine";
import { withLinkedDirectives } from "./execution/linked-directives";
import { createPlanner } from "./execution/planner";
import { internNames } from "./execution/property-names";

/** One supergraph schema, ready to validate against and to run operations on. */
export interface LoadedSupergraph {
  readonly sdl: string;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** With what they do not see, and the directives that composition keeps. */
  readonly supergraphSchema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly engine: Engine;
  /** Held, not read: see property-names.ts. */
  readonly names: object;
}

export interface SupergraphSource {
  /** For ApolloGateway's `supergraphSdl`: hands it the file's content, and each later one that loads. */
  readonly manager: SupergraphManager;
  /** The one that operations run on now. @throws before the gateway has loaded */
  current(): LoadedSupergraph;
  /** The one of a schema text that the manager has handed out. */
  find(sdl: string): LoadedSupergraph;
  /** Called right after another one has taken its place. */
  onSwap(listener: (supergraph: LoadedSupergraph) => void): void;
}

export interface LoadOptions extends Pick<EngineDeps, "clientOf"> {
  /** Whether its scalars are those of the shop's contract: then one that does not fit is refused before it goes anywhere. */
  readonly shopScalars?: boolean;
  /** See createPlanner. */
  readonly maxPaths?: number | undefined;
}

/** Where nobody means harm. */
const manyPaths = 50_000;

/** stat()s rather than inotify: it sees renames, mounted files and Kubernetes' swapped symlinks alike. */
const pollIntervalMs = 500;
/** A file that is rewritten in place is empty, then unfinished, then whole. */
const settleMs = 100;

/**
 * Reads a supergraph from its file and follows it. A changed file is tried out in full before it replaces the running
 * one, in one step between two requests; one that does not load is refused, and the log says why.
 */
export function createSupergraphSource(
  options: LoadOptions & { readonly file: string; readonly log: Logger },
): SupergraphSource {
  const { file, log } = options;
  let current: LoadedSupergraph | undefined;
  let next: LoadedSupergraph | undefined;
  const listeners: ((supergraph: LoadedSupergraph) => void)[] = [];
  const tell = (swapped: LoadedSupergraph): void => {
    for (const listener of listeners) {
      try {
        listener(swapped);
      } catch (error) {
        log.error({ err: error }, "what follows the supergraph failed at a swapped one");
      }
    }
  };

  return {
    onSwap: (listener) => void listeners.push(listener),
    current: () => {
      if (current === undefined) throw new Error("The supergraph is not loaded yet.");
      return current;
    },
    find: (sdl) => {
      const found = [next, current].find((supergraph) => supergraph?.sdl === sdl);
      if (found === undefined) throw new Error("This supergraph was never loaded.");
      return found;
    },
    manager: {
      initialize: async ({ update }) => {
        current = loadSupergraph(await readFile(file, "utf8"), options);
        const follow = async (): Promise<void> => {
          try {
            const sdl = await readFile(file, "utf8");
            if (sdl === current?.sdl) return;
            next = loadSupergraph(sdl, options);
            update(sdl);
            current = next;
            log.info({ file }, "the supergraph was swapped");
            tell(next);
          } catch (error) {
            log.error({ err: error, file }, "the changed supergraph was refused; the one before stays in use");
          }
        };
        let settling: NodeJS.Timeout | undefined;
        const onChange = (): void => {
          clearTimeout(settling);
          settling = setTimeout(() => void follow(), settleMs);
        };
        watchFile(file, { interval: pollIntervalMs }, onChange);
        onChange(); // it may have changed since it was read and before it was watched
        return {
          supergraphSdl: current.sdl,
          cleanup: () => {
            clearTimeout(settling);
            unwatchFile(file, onChange);
            return Promise.resolve();
          },
        };
      },
    },
  };
}

/** @throws what is wrong with the schema, or what the planner does not support in it */
export function loadSupergraph(sdl: string, options: LoadOptions): LoadedSupergraph {
  const { clientOf, shopScalars = false, maxPaths = manyPaths } = options;
  const names = internNames(sdl);
  const supergraph = Supergraph.build(sdl, { validateSupergraph: true });
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const schema = withLinkedDirectives(supergraph.apiSchema().toGraphQLJSSchema(), supergraphSchema);
  if (shopScalars) checkScalars(schema);
  const subgraphs = supergraph.subgraphsMetadata();
  const planner = createPlanner(sdl, maxPaths);
  const engine = createEngine({ schema, supergraphSchema, subgraphs, clientOf, planner });
  return { sdl, schema, supergraphSchema, subgraphs, engine, names };
}
