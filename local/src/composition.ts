import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ShopFailure } from "./failure";

/**
 * Composes the supergraph from the subgraphs' schema files as they stand.
 * @throws ShopFailure with every reason why they do not compose
 */
export async function composeSupergraph(root: string, signal: AbortSignal): Promise<void> {
  const script = join(root, "gateway", "dist", "compose.js");
  const files = [join(root, "supergraph.yaml"), join(root, "supergraph.graphql")];
  try {
    await promisify(execFile)(process.execPath, [script, ...files], { signal });
  } catch (error) {
    signal.throwIfAborted();
    const { stderr = "" } = error as { stderr?: string };
    throw new ShopFailure(`${stderr.trim()}\nCorrect what it names; \`npm run compose\` tries it alone.`);
  }
}
