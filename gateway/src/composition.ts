import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { composeServices } from "@apollo/composition";
import { GraphQLError, parse as parseGraphql } from "graphql";
import { parse as parseYaml } from "yaml";
import { z } from "zod";

/** Rover's format: what each subgraph is called, where it is and where its schema is written. */
const supergraphConfig = z.object({
  federation_version: z.string().optional(),
  subgraphs: z.record(z.string(), z.object({ routing_url: z.url(), schema: z.object({ file: z.string() }) })),
});

export type Composition =
  | { readonly ok: true; readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

/**
 * Composes the subgraphs that a supergraph.yaml names into one supergraph schema.
 * @param configFile paths in it are relative to it
 * @returns the schema with what composition hints at, or every reason why there is none, each naming its subgraph or file
 */
export function composeSupergraph(configFile: string): Composition {
  const errors: string[] = [];
  const config = readConfig(configFile, errors);
  const services = Object.entries(config?.subgraphs ?? {}).flatMap(([name, { routing_url: url, schema }]) => {
    const typeDefs = readSchema(name, resolve(dirname(configFile), schema.file), errors);
    return typeDefs === undefined ? [] : [{ name, url, typeDefs }];
  });
  if (errors.length > 0) return { ok: false, errors };

  const composed = composeServices(services);
  return composed.errors === undefined
    ? { ok: true, supergraphSdl: composed.supergraphSdl, hints: composed.hints.map((hint) => hint.toString()) }
    : { ok: false, errors: composed.errors.map(describe) };
}

function readConfig(file: string, errors: string[]): z.infer<typeof supergraphConfig> | undefined {
  let source: unknown;
  try {
    source = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    errors.push(`${file}: ${messageOf(error)}`);
    return undefined;
  }
  const parsed = supergraphConfig.safeParse(source);
  if (!parsed.success) {
    errors.push(...parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")}: ${issue.message}`));
  }
  return parsed.data;
}

function readSchema(subgraph: string, file: string, errors: string[]) {
  try {
    return parseGraphql(readFileSync(file, "utf8"));
  } catch (error) {
    errors.push(`[${subgraph}] ${file}: ${error instanceof GraphQLError ? describe(error) : messageOf(error)}`);
    return undefined;
  }
}

function describe(error: GraphQLError): string {
  const code = error.extensions["code"];
  const place = error.locations?.[0];
  return [
    typeof code === "string" ? `${code}: ` : "",
    error.message,
    place === undefined ? "" : ` (line ${place.line}, column ${place.column})`,
  ].join("");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
