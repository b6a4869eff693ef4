import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GraphQLSchema } from "graphql";
import { type Call, createCall } from "./calls";
import { loadCore } from "./config";
import { type SubgraphUrls } from "./gateways/subgraph-calls";
import { type LoadHandlers } from "./load/load-process";
import { startPinned } from "./pinned-process";
import { type SubgraphsHandlers } from "./subgraphs/subgraphs-process";
import { composeSupergraph } from "./subgraphs/supergraph";

/** All that stands around a gateway while it is measured. */
export interface Rig {
  readonly load: Call<LoadHandlers>;
  /** Of load generator and subgraphs. */
  readonly pids: readonly number[];
  readonly subgraphs: Call<SubgraphsHandlers>;
  readonly subgraphUrls: SubgraphUrls;
  readonly supergraphFile: string;
  /** Where traces may be sent. */
  readonly spanSinkUrl: string;
  readonly apiSchema: GraphQLSchema;
  stop(): Promise<void>;
}

/** Starts load generator and subgraphs, each in a process of its own, and writes the supergraph to a temporary file. */
export async function startRig(): Promise<Rig> {
  const start = (script: string) => startPinned({ core: loadCore, args: [join(__dirname, script)], ipc: true });
  const loadProcess = start("load/load-process.js");
  const subgraphsProcess = start("subgraphs/subgraphs-process.js");
  const subgraphs = createCall<SubgraphsHandlers>(subgraphsProcess.child);
  const subgraphUrls = await subgraphs("urls");
  const spanSinkUrl = await subgraphs("spanSinkUrl");
  const { sdl, apiSchema } = composeSupergraph(subgraphUrls);
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const supergraphFile = join(folder, "supergraph.graphql");
  await writeFile(supergraphFile, sdl);
  return {
    ...{ load: createCall<LoadHandlers>(loadProcess.child), pids: [loadProcess.pid, subgraphsProcess.pid] },
    ...{ subgraphs, subgraphUrls, spanSinkUrl, supergraphFile, apiSchema },
    stop: async () => {
      await Promise.all([loadProcess.stop(), subgraphsProcess.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
