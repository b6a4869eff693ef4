import { Double, Timestamp } from "bson";
import { badValue, type CommandError, failedToParse, typeMismatch } from "../errors";
import { isDocument, type PlainDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { arithmetic, zeroLike } from "../values/numbers";
import { readTarget, removeTarget, type TargetPath, writeTarget } from "./targets";

/** One operator applied to one place of a document, which it changes. `operand` has its BSON types. */
export type UpdateOperator = (document: PlainDocument, path: TargetPath, operand: unknown) => void;

const calculate =
  (operator: "$inc" | "$mul"): UpdateOperator =>
  (document, path, operand) => {
    const current = readTarget(document, path);
    const start = operator === "$inc" ? operand : zeroLike(operand);
    const result =
      current === undefined ? arithmetic("$inc", start, zeroLike(start)) : arithmetic(operator, current, operand);
    if (result === undefined) throw cannotCalculate(operator, document, path, current);
    writeTarget(document, path, result);
  };

function cannotCalculate(operator: string, document: PlainDocument, path: TargetPath, current: unknown): CommandError {
  if (arithmetic("$inc", current, new Double(0)) === undefined && current !== undefined) {
    const message = `Cannot apply ${operator} to a value of non-numeric type. {_id: ${String(document["_id"])}} has the field '${path.join(".")}' of non-numeric type`;
    return typeMismatch(message);
  }
  return badValue(
    `Failed to apply ${operator} operations to the value of '${path.join(".")}': not a number, or too large`,
  );
}

const keepExtreme =
  (sign: 1 | -1): UpdateOperator =>
  (document, path, operand) => {
    const current = readTarget(document, path);
    if (current === undefined || compareValues(operand, current) * sign > 0) writeTarget(document, path, operand);
  };

const currentDate: UpdateOperator = (document, path, operand) => {
  const type = isDocument(operand) ? operand["$type"] : "date";
  if (type === "date") writeTarget(document, path, new Date());
  else if (type === "timestamp") writeTarget(document, path, new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 }));
  else throw badValue("The '$type' string field is required to be 'date' or 'timestamp'");
};

const rename: UpdateOperator = (document, path, operand) => {
  if (typeof operand !== "string" || operand === "") throw badValue("The 'to' field for $rename must be a string");
  const value = readTarget(document, path);
  if (value === undefined) return;
  removeTarget(document, path);
  writeTarget(document, operand.split("."), value);
};

export const fieldOperators: Record<string, UpdateOperator> = {
  $set: writeTarget,
  $setOnInsert: writeTarget,
  $unset: removeTarget,
  $inc: calculate("$inc"),
  $mul: calculate("$mul"),
  $min: keepExtreme(-1),
  $max: keepExtreme(1),
  $currentDate: currentDate,
  $rename: rename,
};

/** Refuses an operator that is unknown, by the name that MongoDB gives it. */
export const unknownModifier = (operator: string) =>
  failedToParse(
    `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
  );
