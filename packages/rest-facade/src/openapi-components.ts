import { type JsonSchema } from "./json-schema";

/**
 * Gives what is described in several places a name, and refers to it there: what has a title becomes the component of that
 * name, `<title>Reference` where no more than the id of it is told. Of what shares a title otherwise the largest has the
 * name, and the others stay where they are.
 */
export function nameComponents<Document extends object>(document: Document) {
  const names = namesByShape(document);
  const schemas: Record<string, JsonSchema> = {};

  function rename(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(rename);
    if (!isRecord(value)) return value;
    const renamed = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rename(one)]));
    const name = names.get(shapeOf(value));
    if (name === undefined) return renamed;
    const { description, ...schema } = renamed;
    schemas[name] ??= schema as JsonSchema;
    const reference = { $ref: `#/components/schemas/${name}` };
    return typeof description === "string" ? { ...reference, description } : reference;
  }

  return { document: rename(document) as Document, schemas };
}

function namesByShape(document: object): Map<string, string> {
  const shapes = new Map<string, { name: string; size: number }>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    if (!isRecord(value)) return;
    Object.values(value).forEach(look);
    if (isTitled(value)) shapes.set(shapeOf(value), { name: nameOf(value), size: fieldsOf(value).length });
  };
  look(document);

  const byName = new Map<string, string>();
  for (const [shape, { name }] of [...shapes].sort(([, a], [, b]) => a.size - b.size)) byName.set(name, shape);
  return new Map([...byName].map(([name, shape]) => [shape, name]));
}

function nameOf(schema: Titled): string {
  return fieldsOf(schema).join() === "id" ? `${schema.title}Reference` : schema.title;
}

type Titled = Readonly<Record<string, unknown>> & { readonly title: string };

function isTitled(value: Readonly<Record<string, unknown>>): value is Titled {
  return typeof value["title"] === "string" && typeof value["type"] === "string";
}

/** What a schema says, whoever says it: a field's description is the field's. */
function shapeOf({ description: _description, ...schema }: Readonly<Record<string, unknown>>): string {
  return isTitled(schema) ? JSON.stringify(schema) : "";
}

function fieldsOf({ properties = {} }: JsonSchema): string[] {
  return Object.keys(properties);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
