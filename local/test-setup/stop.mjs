import { rmSync } from "node:fs";

export default async function stop() {
  await globalThis.testStores.stop();
  rmSync(globalThis.testStores.dataDir, { recursive: true, force: true });
}
