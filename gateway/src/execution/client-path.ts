import { isObject } from "./merge";
import { type ResponsePath } from "./outcome";
import { type FieldShape, type ObjectShape } from "./shapes";

/**
 * Translates a path of fetched data into the client's: its own aliases, and nothing that was fetched for the gateway's own
 * purposes alone, where the path ends at what the client did ask for.
 */
export function toClientPath(root: ObjectShape, data: unknown, path: ResponsePath): ResponsePath {
  const clientPath: (string | number)[] = [];
  let shapes: readonly ObjectShape[] = [root];
  let value = data;
  for (const step of path) {
    if (typeof step === "number") {
      clientPath.push(step);
      value = Array.isArray(value) ? (value[step] as unknown) : undefined;
      continue;
    }
    const field = findField(shapes, value, step);
    if (field === undefined) break;
    clientPath.push(field.key);
    value = isObject(value) ? value[step] : undefined;
    shapes = [...field.shapes.values()];
  }
  return clientPath;
}

/** Of what is null by now, the type is not known: any that has the field will do. */
function findField(shapes: readonly ObjectShape[], value: unknown, dataKey: string): FieldShape | undefined {
  const typeName = isObject(value) ? value["__typename"] : undefined;
  const likely = shapes.filter((shape) => shape.typeName === typeName);
  return [...likely, ...shapes].flatMap(({ fields }) => fields.filter((field) => field.dataKey === dataKey))[0];
}
