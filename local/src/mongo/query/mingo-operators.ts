import { type Context } from "mingo/core";

type Operators = NonNullable<Parameters<typeof Context.init>[0]>;

/** The tables of operators that mingo takes, by kind; their types are not exported by name. */
export type QueryOperators = NonNullable<Operators["query"]>;
export type ExpressionOperators = NonNullable<Operators["expression"]>;
export type AccumulatorOperators = NonNullable<Operators["accumulator"]>;
export type PipelineOperators = NonNullable<Operators["pipeline"]>;
