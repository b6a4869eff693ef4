import { badValue, CommandError } from "../errors";
import { compileFilter } from "../query/filter";
import { parseSort, sortItems } from "../query/sort";
import { isDocument, isOperatorDocument, type PlainDocument } from "../values/bson";
import { compareValues, equalValues } from "../values/compare";
import { type UpdateOperator } from "./field-operators";
import { readTarget, type TargetPath, writeTarget } from "./targets";

/** The array at a place; a new one is not there yet. */
function arrayAt(document: PlainDocument, path: TargetPath, operator: string): unknown[] | undefined {
  const value = readTarget(document, path);
  if (value === undefined || Array.isArray(value)) return value as unknown[] | undefined;
  const message = `The field '${path.join(".")}' must be an array for ${operator} but is of another type in document {_id: ${String(document["_id"])}}`;
  throw new CommandError(2, "BadValue", message);
}

const integer = (value: unknown, name: string) => {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number)) throw badValue(`The value for ${name} must be an integer value`);
  return number;
};

const push: UpdateOperator = (document, path, operand) => {
  const modifiers = isDocument(operand) && Object.hasOwn(operand, "$each") ? operand : { $each: [operand] };
  const { $each: added, $position, $slice, $sort, ...unknown } = modifiers;
  const [unrecognized] = Object.keys(unknown);
  if (unrecognized !== undefined) throw badValue(`Unrecognized clause in $push: ${unrecognized}`);
  if (!Array.isArray(added)) throw badValue("The argument to $each in $push must be an array");
  const array = [...(arrayAt(document, path, "$push") ?? [])];
  array.splice(integer($position, "$position") ?? array.length, 0, ...(added as unknown[]));
  const sorted = $sort === undefined ? array : sortArray(array, $sort);
  writeTarget(document, path, sliceArray(sorted, integer($slice, "$slice")));
};

function sortArray(array: unknown[], order: unknown): unknown[] {
  if (!isDocument(order)) return array.toSorted((left, right) => compareValues(left, right) * Number(order));
  const directions = Object.entries(order).map(([field, direction]) => [field, Number(direction)]);
  // An element that is no document sorts as one without the fields.
  return sortItems(array, (element) => (isDocument(element) ? element : {}), parseSort(Object.fromEntries(directions)));
}

function sliceArray(array: unknown[], count: number | undefined): unknown[] {
  if (count === undefined) return array;
  return count < 0 ? array.slice(count) : array.slice(0, count);
}

const addToSet: UpdateOperator = (document, path, operand) => {
  const added = isDocument(operand) && Object.hasOwn(operand, "$each") ? operand["$each"] : [operand];
  if (!Array.isArray(added)) throw badValue("The argument to $each in $addToSet must be an array");
  const array = [...(arrayAt(document, path, "$addToSet") ?? [])];
  for (const value of added as unknown[]) {
    if (!array.some((element) => equalValues(element, value))) array.push(value);
  }
  writeTarget(document, path, array);
};

const pull: UpdateOperator = (document, path, operand) => {
  const array = arrayAt(document, path, "$pull");
  if (array === undefined) return;
  const isPulled = pullTest(operand);
  writeTarget(
    document,
    path,
    array.filter((element) => !isPulled(element)),
  );
};

/** A document without operators names fields of the elements; all else is a condition on the element itself. */
function pullTest(operand: unknown): (element: unknown) => boolean {
  if (isOperatorDocument(operand)) {
    const test = compileFilter({ element: operand });
    return (element) => test({ element });
  }
  if (isDocument(operand)) {
    const test = compileFilter(operand);
    return (element) => isDocument(element) && test(element);
  }
  return (element) => equalValues(element, operand);
}

const pullAll: UpdateOperator = (document, path, operand) => {
  if (!Array.isArray(operand)) throw badValue("$pullAll requires an array argument");
  const array = arrayAt(document, path, "$pullAll");
  if (array === undefined) return;
  const kept = array.filter((element) => !operand.some((pulled) => equalValues(element, pulled)));
  writeTarget(document, path, kept);
};

const pop: UpdateOperator = (document, path, operand) => {
  const end = Number(operand);
  if (end !== 1 && end !== -1) throw badValue("$pop expects 1 or -1");
  const array = arrayAt(document, path, "$pop");
  if (array !== undefined) writeTarget(document, path, end === 1 ? array.slice(0, -1) : array.slice(1));
};

export const arrayOperators: Record<string, UpdateOperator> = {
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pullAll: pullAll,
  $pop: pop,
};
