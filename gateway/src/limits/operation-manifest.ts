import { createHash } from "node:crypto";
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

/** @throws where the text is no manifest: what is wrong with it */
export function parseManifest(text: string): readonly RegisteredOperation[] {
  return operationManifest.parse(JSON.parse(text)).operations;
}

export function printManifest(operations: readonly RegisteredOperation[]): string {
  return `${JSON.stringify({ format, version: 1, operations }, null, 2)}\n`;
}

/** What clients name a text by: its SHA-256, in hexadecimal digits. */
export function idOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
