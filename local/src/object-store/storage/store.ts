import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { type Buckets, openBuckets } from "./buckets";
import { openUploads, type Uploads } from "./uploads";

export interface Store {
  readonly buckets: Buckets;
  readonly uploads: Uploads;
}

/** Opens what is stored under `dataDir`, and removes what a crash left unfinished. */
export function openStore({ dataDir, log }: { dataDir: string; log: Logger }): Store {
  const incomingDir = join(dataDir, "incoming");
  rmSync(incomingDir, { recursive: true, force: true });
  mkdirSync(incomingDir, { recursive: true });
  return {
    buckets: openBuckets({ dir: join(dataDir, "buckets"), incomingDir, log }),
    uploads: openUploads({ dir: join(dataDir, "uploads"), incomingDir, log }),
  };
}
