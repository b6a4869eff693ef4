import { evalExpr } from "mingo/core";
import * as accumulators from "mingo/operators/accumulator";
import * as expressions from "mingo/operators/expression";
import { type Options } from "mingo/types";
import { Decimal128, Long } from "bson";
import { notSupported } from "../errors";
import { compareValues } from "../values/compare";
import { type AccumulatorOperators, type ExpressionOperators } from "./mingo-operators";

const comparison = (holds: (order: number) => unknown) => (document: unknown, operands: unknown, options: Options) => {
  const [left, right] = evalExpr(document, operands, options) as [unknown, unknown];
  return holds(compareValues(left, right));
};

/** mingo's expressions, with MongoDB's order between values of any types; no script of a client is run. */
const { $function: _script, ...expressionsWithoutScript } = expressions;
export const expressionOperators = {
  ...expressionsWithoutScript,
  $cmp: comparison(Math.sign),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
} as unknown as ExpressionOperators;

/** The values of an accumulator's operand over a group of documents. */
const operandsOf = (group: unknown[], operand: unknown, options: Options) =>
  accumulators.$push(group, operand, options);

function numbersOf(operator: string, values: readonly unknown[]): number[] {
  return values.filter((value): value is number => {
    // mingo would leave them out of the result without a word.
    if (value instanceof Decimal128) throw notSupported(`${operator} over Decimal128`);
    if (value instanceof Long) throw notSupported(`${operator} over integers beyond 2^53`);
    return typeof value === "number";
  });
}

const extreme = (sign: 1 | -1) => (group: unknown[], operand: unknown, options: Options) => {
  const values = operandsOf(group, operand, options).filter((value) => value !== null && value !== undefined);
  return values.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best), values[0]) ?? null;
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const { $accumulator: _script2, ...accumulatorsWithoutScript } = accumulators;
export const accumulatorOperators = {
  ...accumulatorsWithoutScript,
  $min: extreme(-1),
  $max: extreme(1),
  $sum: (group: unknown[], operand: unknown, options: Options) =>
    typeof operand === "number" ? group.length * operand : sum(numbersOf("$sum", operandsOf(group, operand, options))),
  $avg: (group: unknown[], operand: unknown, options: Options) => {
    const numbers = numbersOf("$avg", operandsOf(group, operand, options));
    return numbers.length === 0 ? null : sum(numbers) / numbers.length;
  },
} as unknown as AccumulatorOperators;
