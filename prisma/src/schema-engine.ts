import { readFileSync } from "node:fs";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapter } from "./migration-adapter";
import { WebAssembly } from "./webassembly";

let loaded = false;

function load(): void {
  if (loaded) return;
  const script = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const module = new WebAssembly.Module(readFileSync(script.replace(/\.js$/, ".wasm")));
  const { exports } = new WebAssembly.Instance(module, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
  loaded = true;
}

/**
 * Gives work Prisma's own schema engine, as WebAssembly (the one in `prisma migrate` is a binary that npm does not
 * carry), and closes its connections after.
 */
export async function withSchemaEngine<T>(
  connectionString: string,
  schema: string,
  work: (engine: bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  load();
  const adapter = new MigrationAdapter(connectionString);
  const bound = bindMigrationAwareSqlAdapterFactory(adapter);
  const engine = await bindings.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => undefined, bound);
  try {
    return await work(engine);
  } finally {
    engine.free();
    await adapter.close();
  }
}
