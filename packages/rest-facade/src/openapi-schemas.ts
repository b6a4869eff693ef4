import { z } from "zod";
import { type JsonSchema } from "./json-schema";
import { type Route } from "./route";

export function bodySchemaOf({ body }: Route): JsonSchema | undefined {
  return body && toJsonSchema(body);
}

/** As a client writes it: what has a default may be left out. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest as JsonSchema;
}

/** A value of this shape: its own example where it has one, else the plainest that fits; what is optional is left out. */
export function exampleOf(schema: JsonSchema): unknown {
  const { examples, anyOf, type, properties = {}, required = [], items } = schema;
  if (examples !== undefined) return examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (anyOf !== undefined) return exampleOf(anyOf[0] ?? {});
  switch (type) {
    case "object": {
      const shown = Object.entries(properties).filter(([name]) => required.includes(name));
      return Object.fromEntries(shown.map(([name, one]) => [name, exampleOf(one)]));
    }
    case "array":
      return items === undefined ? [] : [exampleOf(items)];
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 1);
    case "boolean":
      return true;
    case "string":
      return "text";
    default:
      return null;
  }
}
