import { CommandError, notSupported } from "../errors";
import { equalValues } from "../values/compare";
import { isDocument, type PlainDocument } from "../values/bson";
import { isArrayIndex, splitPath } from "../values/paths";

/** An index as createIndexes asks for it and listIndexes tells of it. */
export interface IndexSpec {
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly name: string;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilterExpression: PlainDocument | undefined;
  readonly expireAfterSeconds: number | undefined;
}

export const idIndexSpec: IndexSpec = {
  key: { _id: 1 },
  name: "_id_",
  unique: true,
  sparse: false,
  partialFilterExpression: undefined,
  expireAfterSeconds: undefined,
};

const knownOptions = new Set([
  "v",
  "key",
  "name",
  "unique",
  "sparse",
  "partialFilterExpression",
  "expireAfterSeconds",
  "background",
]);

/** @throws CommandError CannotCreateIndex, or NotImplemented with the name of the kind or option that we have not */
export function parseIndexSpec(given: PlainDocument): IndexSpec {
  const { key, name, partialFilterExpression, expireAfterSeconds, collation } = given;
  if (!isDocument(key) || Object.keys(key).length === 0) throw cannotCreate("Index keys cannot be empty.");
  for (const [field, direction] of Object.entries(key)) {
    if (typeof direction === "string") throw notSupported(`index type '${direction}'`);
    if (field.includes("$**")) throw notSupported("a wildcard index");
    if (splitPath(field).some(isArrayIndex)) throw notSupported(`an index on an array position ('${field}')`);
    if (typeof direction !== "number" || direction === 0 || Number.isNaN(direction)) {
      throw cannotCreate(`Values in the index key pattern must be numbers other than 0, found '${field}'`);
    }
  }
  if (isDocument(collation) && collation["locale"] !== "simple") throw notSupported("index option 'collation'");
  const unknown = Object.keys(given).find((option) => option !== "collation" && !knownOptions.has(option));
  if (unknown !== undefined) throw notSupported(`index option '${unknown}'`);
  if (given["sparse"] === true && partialFilterExpression !== undefined) {
    throw cannotCreate("cannot mix 'partialFilterExpression' and 'sparse' options");
  }
  const directions = Object.entries(key).map(([field, direction]) => [field, Number(direction) < 0 ? -1 : 1]);
  requirePartialFilter(partialFilterExpression);
  return {
    key: Object.fromEntries(directions) as IndexSpec["key"],
    name: typeof name === "string" ? name : directions.flat().join("_"),
    unique: Boolean(given["unique"]),
    sparse: Boolean(given["sparse"]),
    partialFilterExpression: isDocument(partialFilterExpression) ? partialFilterExpression : undefined,
    expireAfterSeconds: typeof expireAfterSeconds === "number" ? expireAfterSeconds : undefined,
  };
}

const partialFilterOperators = new Set(["$and", "$or", "$in", "$eq", "$exists", "$gt", "$gte", "$lt", "$lte", "$type"]);

/** MongoDB's own restriction: with these a query's condition can be seen to imply the index's. */
function requirePartialFilter(expression: unknown): void {
  if (Array.isArray(expression)) expression.forEach(requirePartialFilter);
  if (!isDocument(expression)) return;
  for (const [name, operand] of Object.entries(expression)) {
    if (name.startsWith("$") && (!partialFilterOperators.has(name) || (name === "$exists" && !operand))) {
      throw cannotCreate(`unsupported expression in partial index: ${name}`);
    }
    requirePartialFilter(operand);
  }
}

/** As listIndexes answers it: options that are off are left out. */
export function describeIndex(spec: IndexSpec): PlainDocument {
  return {
    v: 2,
    key: spec.key,
    name: spec.name,
    ...(spec.unique && spec.name !== idIndexSpec.name && { unique: true }),
    ...(spec.sparse && { sparse: true }),
    ...(spec.partialFilterExpression && { partialFilterExpression: spec.partialFilterExpression }),
    ...(spec.expireAfterSeconds !== undefined && { expireAfterSeconds: spec.expireAfterSeconds }),
  };
}

/**
 * Whether an index that is asked for is there already.
 * @throws CommandError where another index has its name or its keys
 */
export function findSameIndex(existing: readonly IndexSpec[], asked: IndexSpec): boolean {
  const sameName = existing.find((spec) => spec.name === asked.name);
  if (sameName !== undefined) {
    if (equalValues(describeIndex(sameName), describeIndex(asked))) return true;
    const message = `An existing index has the same name as the requested index: ${asked.name}`;
    throw new CommandError(86, "IndexKeySpecsConflict", message);
  }
  const sameKeys = existing.find(
    (spec) =>
      equalValues(spec.key, asked.key) && equalValues(spec.partialFilterExpression, asked.partialFilterExpression),
  );
  if (sameKeys === undefined) return false;
  // Every collection has the index on _id, whatever name it is asked for by.
  if (sameKeys.name === idIndexSpec.name) return true;
  const message = `Index already exists with a different name: ${sameKeys.name}`;
  throw new CommandError(85, "IndexOptionsConflict", message);
}

const cannotCreate = (message: string) => new CommandError(67, "CannotCreateIndex", message);
