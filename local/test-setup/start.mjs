// jest's global setup: the stores that tests run on, on free ports and a folder of their own. A store whose TEST_
// variable is set already is taken as it is.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestStores } from "../dist/test-stores.js";

export default async function start() {
  const dataDir = mkdtempSync(join(tmpdir(), "shop-test-"));
  globalThis.testStores = await startTestStores(dataDir, process.env);
  Object.assign(process.env, globalThis.testStores.env);
}
