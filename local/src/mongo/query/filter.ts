import { Context } from "mingo/core";
import { $and, $nor, $not, $or } from "mingo/operators/query/logical";
import { $expr } from "mingo/operators/query/evaluation";
import { Query } from "mingo/query";
import { type Options } from "mingo/types";
import { badValue, CommandError, failedToParse, notSupported } from "../errors";
import { isDocument, isOperatorDocument, type PlainDocument } from "../values/bson";
import { equalValues } from "../values/compare";
import { ownField, splitPath, visitPath } from "../values/paths";
import { expressionOperators } from "./expressions";
import { type QueryOperators } from "./mingo-operators";
import { equalTo, matchesRegex, ofType, oneOf, ordered, remainderOf, type ValueTest } from "./predicates";

/** Whether a document passes a filter. */
export type FilterTest = (document: PlainDocument) => boolean;

type QueryOperator = (selector: string, operand: unknown, options: Partial<Options>) => (document: object) => boolean;

/** True if the value, or an element of it where it is an array, passes. */
const someValue =
  (test: ValueTest): ValueTest =>
  (value) =>
    test(value) || (Array.isArray(value) && value.some(test));

const anywhere =
  (makeTest: (operand: unknown, options: Partial<Options>) => ValueTest): QueryOperator =>
  (selector, operand, options) => {
    const path = splitPath(selector);
    const test = makeTest(operand, options);
    // A field of the document itself leads through nothing.
    if (path.length === 1) return (document) => test(ownField(document, selector));
    return (document) => visitPath(document, path, test);
  };

const nowhere = (makeTest: (operand: unknown) => ValueTest): QueryOperator => {
  const somewhere = anywhere(makeTest);
  return (selector, operand, options) => {
    const test = somewhere(selector, operand, options);
    return (document) => !test(document);
  };
};

/**
 * mingo compiles a filter's structure ($and, $or, $nor, $not, $expr); what is compared, and how, is ours: MongoDB's
 * order of types, its paths through arrays and its meaning of null, which index lookups rely on too.
 */
const valueOperators: Record<string, QueryOperator> = {
  $eq: anywhere((operand) => someValue(equalTo(operand))),
  $ne: nowhere((operand) => someValue(equalTo(operand))),
  $gt: anywhere((operand) => someValue(ordered(operand, (order) => order > 0))),
  $gte: anywhere((operand) => someValue(ordered(operand, (order) => order >= 0))),
  $lt: anywhere((operand) => someValue(ordered(operand, (order) => order < 0))),
  $lte: anywhere((operand) => someValue(ordered(operand, (order) => order <= 0))),
  $in: anywhere((operand) => someValue(oneOf(operand))),
  $nin: nowhere((operand) => someValue(oneOf(operand))),
  $regex: anywhere((operand) => someValue(matchesRegex(operand))),
  $mod: anywhere((operand) => someValue(remainderOf(operand))),
  $type: anywhere((operand) => someValue(ofType(operand))),
  $size: anywhere((operand) => (value) => Array.isArray(value) && value.length === operand),
  $elemMatch: anywhere((operand, options) => {
    const test = elementTest(operand, options);
    return (value) => Array.isArray(value) && value.some(test);
  }),
  $all: (selector, operand, options) => {
    if (!Array.isArray(operand)) throw badValue("$all needs an array");
    const tests = (operand as unknown[]).map((wanted) =>
      compileFilter({ [selector]: isOperatorDocument(wanted) ? wanted : { $eq: wanted } }, options),
    );
    return (document) => tests.length > 0 && tests.every((test) => test(document as PlainDocument));
  },
  $exists: (selector, operand) => {
    const path = splitPath(selector);
    return (document) => visitPath(document, path, (value) => value !== undefined) === Boolean(operand);
  },
};

export const queryOperators = { $and, $or, $nor, $not, $expr, ...valueOperators } as unknown as QueryOperators;
const context = Context.init({ query: queryOperators, expression: expressionOperators });

/** An element's test: by its fields, or, with operators, as a value. */
function elementTest(criteria: unknown, options: Partial<Options>): ValueTest {
  if (!isDocument(criteria)) throw badValue("$elemMatch needs an Object");
  const byValue = isOperatorDocument(criteria) && !["$and", "$or", "$nor", "$expr"].some((name) => name in criteria);
  if (byValue) {
    const test = compileFilter({ element: criteria }, options);
    // An element that is an array is a value here, not a list of them.
    return (element) => !Array.isArray(element) && test({ element });
  }
  const test = compileFilter(criteria, options);
  return (element) => isDocument(element) && test(element);
}

/**
 * @param options variables of `let`, for $expr
 * @throws CommandError naming the operator that is unknown, unsupported or misused
 */
export function compileFilter(filter: unknown, options: Partial<Options> = {}): FilterTest {
  if (!isDocument(filter)) throw failedToParse("Expected the filter to be an object");
  for (const operator of ["$text", "$where", "$jsonSchema", "$near", "$geoWithin"]) {
    if (Object.hasOwn(filter, operator)) throw notSupported(`query operator ${operator}`);
  }
  try {
    const query = new Query<PlainDocument>(filter, { ...options, context, scriptEnabled: false });
    return (document) => {
      try {
        return query.test(document);
      } catch (error) {
        // An expression that does not exist is found only when it is evaluated.
        throw asCommandError(error);
      }
    };
  } catch (error) {
    throw asCommandError(error);
  }
}

/** mingo tells of an operator it does not know, or that is misused, by a throw of its own. */
export function asCommandError(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof Error)) return error;
  const unknown = /unknown (?:query|top level) operator:? (\S+)/.exec(error.message)?.[1];
  if (unknown !== undefined) return new CommandError(2, "BadValue", `unknown operator: ${unknown}`, {}, true);
  const expression = /accumulator '(\S+)' is not registered/.exec(error.message)?.[1];
  if (expression !== undefined) {
    return new CommandError(168, "InvalidPipelineOperator", `Unrecognized expression '${expression}'`, {}, true);
  }
  if (error.constructor.name === "MingoError") return badValue(error.message);
  if (error instanceof SyntaxError) return new CommandError(51091, "Location51091", "Regular expression is invalid");
  return error;
}

/** The conditions of a filter as [path, condition] pairs, those under $and with the others. */
export function flattenConditions(filter: PlainDocument): [string, unknown][] {
  return Object.entries(filter).flatMap(([name, condition]): [string, unknown][] => {
    if (name !== "$and") return [[name, condition]];
    return [condition].flat().filter(isDocument).flatMap(flattenConditions);
  });
}

/** What a filter fixes a field to, where it does: `{ a: 1 }` or `{ a: { $eq: 1 } }`. */
export function equalityOf(condition: unknown): { readonly value: unknown } | undefined {
  if (condition instanceof RegExp) return undefined;
  if (!isOperatorDocument(condition)) return { value: condition };
  return Object.hasOwn(condition, "$eq") ? { value: condition["$eq"] } : undefined;
}

/** Whether every document that passes `filter` surely passes `narrower`: then a partial index on that may serve. */
export function impliesFilter(filter: PlainDocument, narrower: PlainDocument): boolean {
  const given = flattenConditions(filter);
  return flattenConditions(narrower).every(([path, wanted]) =>
    given.some(([name, condition]) => {
      if (name !== path) return false;
      if (equalValues(condition, wanted)) return true;
      const equality = equalityOf(condition);
      // null also passes documents without the field, of which the value tells nothing.
      if (equality === undefined || equality.value === null || path.startsWith("$")) return false;
      return compileFilter({ value: wanted })({ value: equality.value });
    }),
  );
}
