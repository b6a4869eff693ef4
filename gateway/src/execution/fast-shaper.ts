import { getNamedType, getNullableType, type GraphQLOutputType, isLeafType, isListType, isNonNullType } from "graphql";
import { leafKind, type LeafKind } from "./leaf-values";
import { type FieldShape, type ObjectShape } from "./shapes";

/** Shapes fetched data into an answer's `data`; undefined where something about it is not as it should be. */
export type FastShaper = (data: object) => Record<string, unknown> | undefined;

/**
 * Compiles a shape into code. Most of what the gateway computes for a large answer is this: code that is written for the
 * operation reads each property once and makes objects of one hidden class, several times as fast as a walk over the shape.
 * It handles only data without a flaw; whatever else is met (a missing value, null where none may be, a type that does not
 * fit) ends it, and complete.ts does the whole again exactly. Names from the operation are GraphQL names and written as JSON.
 */
export function compileFastShaper(root: ObjectShape): FastShaper {
  const functions: string[] = [];
  const enums: ReadonlySet<string>[] = [];
  const written = new Map<ObjectShape | FieldShape["shapes"], string>();
  let count = 0;
  const newName = (kind: string): string => `${kind}${(count += 1)}`;

  const objectFunction = (shape: ObjectShape): string => {
    const known = written.get(shape);
    if (known !== undefined) return known;
    const name = newName("object");
    written.set(shape, name);
    const reads = shape.fields.map(({ dataKey }, index) => `const v${index} = data[${JSON.stringify(dataKey)}];`);
    const properties = shape.fields.map(
      (field, index) => `${property(field.key)}: ${fieldValue(shape, field, `v${index}`)}`,
    );
    functions.push(
      `function ${name}(data) { if (typeof data !== "object" || Array.isArray(data)) throw flaw; ` +
        `${reads.join(" ")} return { ${properties.join(", ")} }; }`,
    );
    return name;
  };

  const typedFunction = ({ shapes, isAbstract, type }: FieldShape): string => {
    const [only] = shapes.values();
    if (only !== undefined && !isAbstract) return objectFunction(only);
    const known = written.get(shapes);
    if (known !== undefined) return known;
    const name = newName("typed");
    written.set(shapes, name);
    const cases = [...shapes].map(([typeName, shape]) => {
      const untyped = typeName === getNamedType(type).name ? "case undefined: " : "";
      return `${untyped}case ${JSON.stringify(typeName)}: return ${objectFunction(shape)}(data);`;
    });
    functions.push(`function ${name}(data) { switch (data.__typename) { ${cases.join(" ")} default: throw flaw; } }`);
    return name;
  };

  const listFunction = (type: GraphQLOutputType, field: FieldShape): string => {
    const name = newName("list");
    const element = value(type, field, "element");
    functions.push(
      `function ${name}(data) { if (!Array.isArray(data)) throw flaw; const length = data.length; ` +
        `const list = new Array(length); ` +
        `for (let index = 0; index < length; index++) { const element = data[index]; list[index] = ${element}; } ` +
        `return list; }`,
    );
    return name;
  };

  const fieldValue = (shape: ObjectShape, field: FieldShape, variable: string): string => {
    if (field.name === "__typename") return shape.isConcrete ? JSON.stringify(shape.typeName) : "fail()";
    // The gateway's own answer to introspection.
    if (field.name.startsWith("__")) return variable;
    return value(field.type, field, variable);
  };

  const value = (type: GraphQLOutputType, field: FieldShape, variable: string): string => {
    const nullable = getNullableType(type);
    const present = isListType(nullable)
      ? `${listFunction(nullable.ofType, field)}(${variable})`
      : isLeafType(nullable)
        ? `(${leafTest(leafKind(nullable), variable)} ? ${variable} : fail())`
        : `${typedFunction(field)}(${variable})`;
    return isNonNullType(type)
      ? `(${variable} == null ? fail() : ${present})`
      : `(${variable} == null ? nothing(${variable}) : ${present})`;
  };

  const leafTest = (kind: LeafKind, variable: string): string => {
    switch (kind) {
      case undefined: // never what an object has by nature, as `constructor`
        return `typeof ${variable} !== "function"`;
      case "integer":
        return `(${variable} | 0) === ${variable}`;
      case "id":
        return `(typeof ${variable} === "string" || Number.isInteger(${variable}))`;
      case "string":
      case "number":
      case "boolean":
        return `typeof ${variable} === ${JSON.stringify(kind)}`;
      default:
        return `enums[${enums.push(kind) - 1}].has(${variable})`;
    }
  };

  const start = objectFunction(root);
  const source = `
    const flaw = Symbol("flaw");
    function fail() { throw flaw; }
    function nothing(value) { if (value === undefined) throw flaw; return null; }
    ${functions.join("\n    ")}
    return (data) => { try { return ${start}(data); } catch (error) { if (error === flaw) return undefined; throw error; } };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above; the source holds names of the operation alone
  return (new Function("enums", source) as (enums: readonly ReadonlySet<string>[]) => FastShaper)(enums);
}

function property(key: string): string {
  // Written plainly, this one name would set the prototype.
  return key === "__proto__" ? `["__proto__"]` : JSON.stringify(key);
}
