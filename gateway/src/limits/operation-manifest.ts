import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What Apollo's tools write, and Apollo Client's persisted-query-lists link reads. */
const format = "apollo-persisted-query-manifest";

const operationManifest = z.object({
  format: z.literal(format),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      type: z.enum(["query", "mutation", "subscription"]),
      body: z.string().min(1),
    }),
  ),
});

export type RegisteredOperation = z.infer<typeof operationManifest>["operations"][number];

/** @throws an error that names the file, where it cannot be read or is no manifest */
export async function readManifest(file: string): Promise<readonly RegisteredOperation[]> {
  try {
    return operationManifest.parse(JSON.parse(await readFile(file, "utf8"))).operations;
  } catch (cause) {
    throw new Error(`${file} is not a manifest of operations that can be read.`, { cause });
  }
}

export function printManifest(operations: readonly RegisteredOperation[]): string {
  return `${JSON.stringify({ format, version: 1, operations }, null, 2)}\n`;
}

/** What clients name a text by: its SHA-256, in hexadecimal digits. */
export function idOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
