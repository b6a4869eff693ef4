import { readFileSync } from "node:fs";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapter } from "./migration-adapter";

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

/** Prisma's own schema engine, as WebAssembly: the one in `prisma migrate` is a binary that npm does not carry. */
export async function openSchemaEngine(connectionString: string, schema: string): Promise<bindings.SchemaEngine> {
  load();
  const adapter = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(connectionString));
  return bindings.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => undefined, adapter);
}
