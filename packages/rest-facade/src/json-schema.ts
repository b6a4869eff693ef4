/** The part of JSON Schema 2020-12 (the dialect of OpenAPI 3.1) that the facade writes. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly contentMediaType?: string;
  readonly contentSchema?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

const nothing: JsonSchema = { type: "null" };

export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, nothing] };
}

/** The same without its null. */
export function notNull(schema: JsonSchema): JsonSchema {
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== "null");
  return only !== undefined && others.length === 0 ? only : schema;
}

/**
 * What stands at a path of an object's schema, such as "me.addresses", where it stands there at all.
 * @throws where the path leads nowhere: a route's mapping does not fit its operation
 */
export function schemaAt(schema: JsonSchema, path: string): JsonSchema {
  return path.split(".").reduce((at, name) => {
    const found = notNull(at).properties?.[name];
    if (found === undefined) throw new Error(`There is no ${name} for ${path} in the operation.`);
    return notNull(found);
  }, schema);
}

export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  more: Omit<JsonSchema, "type" | "properties" | "required"> = {},
): JsonSchema {
  return { type: "object", ...more, properties, required: Object.keys(properties) };
}
