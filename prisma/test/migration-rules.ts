// What a migration may do to a table that is in use: nothing that rewrites it, reads the whole of it under a lock that
// keeps others out, or waits long for such a lock. What is not known to be harmless is refused.
import { type AlterTableCmd, type ColumnDef, type Constraint, type Node, parse } from "libpg-query";
import { type Migration } from "../src/folder";

export interface Problem {
  readonly migration: string;
  readonly problem: string;
}

/** What migrations before have proven, and what this one has made. */
interface Known {
  readonly small: readonly string[];
  readonly madeHere: Set<string>;
  readonly addedHere: Set<string>;
  /** Checks that a column is not null, by `table.constraint`: its `table.column`. */
  readonly notNullChecks: Map<string, string>;
  readonly provenNotNull: Set<string>;
}

/** @param small tables that have a handful of rows in any shop */
export async function findProblems(
  migrations: readonly Migration[],
  small: readonly string[] = [],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const notNullChecks = new Map<string, string>();
  const provenNotNull = new Set<string>();
  for (const { name, sql } of migrations) {
    const { stmts = [] } = await parse(sql);
    const statements = stmts.flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
    const known = { small, madeHere: new Set<string>(), addedHere: new Set<string>(), notNullChecks, provenNotNull };
    const found = [...ofFile(statements), ...statements.flatMap((statement) => ofStatement(statement, known))];
    problems.push(...found.map((problem) => ({ migration: name, problem })));
  }
  return problems;
}

function ofFile(statements: readonly Node[]): string[] {
  if (statements.some(isConcurrent)) {
    return statements.length === 1 ? [] : ["CONCURRENTLY runs outside transactions: it is alone in its migration"];
  }
  const [first] = statements;
  const set = first !== undefined && "VariableSetStmt" in first ? first.VariableSetStmt : undefined;
  const [value] = set?.args ?? [];
  const timeout = value !== undefined && "A_Const" in value ? value.A_Const.sval?.sval : undefined;
  return set?.name === "lock_timeout" && /^[1-5]s$/.test(timeout ?? "")
    ? []
    : ["begins with SET lock_timeout of 1 to 5 s: `prisma migrate deploy` sets none"];
}

function isConcurrent(statement: Node): boolean {
  if ("IndexStmt" in statement) return statement.IndexStmt.concurrent === true;
  return "DropStmt" in statement && statement.DropStmt.concurrent === true;
}

function ofStatement(statement: Node, known: Known): string[] {
  const isInUse = (table = ""): boolean => !known.madeHere.has(table) && !known.small.includes(table);
  if ("CreateStmt" in statement) {
    known.madeHere.add(statement.CreateStmt.relation?.relname ?? "");
    return [];
  }
  if ("IndexStmt" in statement) {
    const { relation, concurrent, if_not_exists } = statement.IndexStmt;
    if (!isInUse(relation?.relname)) return [];
    return concurrent === true && if_not_exists === true
      ? []
      : [
          "an index of a table in use is made CONCURRENTLY IF NOT EXISTS: others write meanwhile, and it can be repeated",
        ];
  }
  if ("DropStmt" in statement) {
    const { removeType, concurrent, missing_ok } = statement.DropStmt;
    if (removeType === "OBJECT_TRIGGER" || removeType === "OBJECT_FUNCTION") return [];
    if (removeType !== "OBJECT_INDEX")
      return [`${String(removeType)} is dropped by nothing here: the release before may use it`];
    return concurrent === true && missing_ok === true ? [] : ["an index is dropped CONCURRENTLY IF EXISTS"];
  }
  if ("AlterTableStmt" in statement) {
    const table = statement.AlterTableStmt.relation?.relname ?? "";
    if (!isInUse(table)) return [];
    return (statement.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
      "AlterTableCmd" in cmd ? ofChange(table, cmd.AlterTableCmd, known) : [],
    );
  }
  if ("UpdateStmt" in statement) return ofRows(isInUse(statement.UpdateStmt.relation?.relname));
  if ("DeleteStmt" in statement) return ofRows(isInUse(statement.DeleteStmt.relation?.relname));
  return harmless.some((kind) => kind in statement)
    ? []
    : [`${Object.keys(statement).join()} is not known to be harmless`];
}

const harmless = [
  "VariableSetStmt",
  "CreateEnumStmt",
  "AlterEnumStmt",
  "CreateFunctionStmt",
  "CreateTrigStmt",
  "InsertStmt",
];

const ofRows = (isInUse: boolean): string[] =>
  isInUse ? ["rows of a table in use are changed in batches, by the service: they would all be locked here"] : [];

function ofChange(table: string, { subtype = "AT_AddColumn", name = "", def }: AlterTableCmd, known: Known): string[] {
  switch (subtype) {
    case "AT_AddColumn":
      return def !== undefined && "ColumnDef" in def ? ofNewColumn(def.ColumnDef) : [];
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def ? ofNewConstraint(table, def.Constraint, known) : [];
    case "AT_ValidateConstraint": {
      if (known.addedHere.has(name))
        return ["a constraint is validated by a later migration: this one holds the lock of ADD"];
      const column = known.notNullChecks.get(`${table}.${name}`);
      if (column !== undefined) known.provenNotNull.add(column);
      return [];
    }
    case "AT_SetNotNull":
      return known.provenNotNull.has(`${table}.${name}`)
        ? []
        : [
            "SET NOT NULL reads the whole table under its lock, unless a validated CHECK (… IS NOT NULL) says it already",
          ];
    case "AT_DropNotNull":
    case "AT_DropConstraint":
    case "AT_ColumnDefault":
      return [];
    default:
      return [`${subtype} of a table in use is not known to be harmless`];
  }
}

function ofNewColumn({ typeName, constraints = [] }: ColumnDef): string[] {
  const type = typeName?.names?.map((part) => ("String" in part ? part.String.sval : "")).at(-1) ?? "";
  if (/serial/.test(type)) return ["a serial column writes every row anew"];
  const given = constraints.flatMap((constraint) => ("Constraint" in constraint ? [constraint.Constraint] : []));
  const standing = given.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  const problems: string[] = [];
  for (const { contype } of given) {
    if (contype === "CONSTR_NULL" || contype === "CONSTR_DEFAULT") continue;
    if (contype === "CONSTR_NOTNULL") {
      if (standing === undefined) problems.push("a NOT NULL column of a table in use has a default: there are rows");
    } else problems.push(`a new column has no ${String(contype)}: it reads or writes every row under the lock`);
  }
  if (standing !== undefined && !isConstant(standing)) {
    problems.push("a default that differs from row to row writes every row anew: add the column, fill it in batches");
  }
  return problems;
}

function isConstant(value: Node): boolean {
  if ("TypeCast" in value) return value.TypeCast.arg !== undefined && isConstant(value.TypeCast.arg);
  if ("A_ArrayExpr" in value) return (value.A_ArrayExpr.elements ?? []).every(isConstant);
  return "A_Const" in value || "SQLValueFunction" in value; // CURRENT_TIMESTAMP is worked out once
}

function ofNewConstraint(table: string, constraint: Constraint, known: Known): string[] {
  const { contype, conname = "", skip_validation, indexname, raw_expr } = constraint;
  known.addedHere.add(conname);
  if (contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY") {
    return indexname === undefined ? ["a unique constraint is added USING INDEX: one made CONCURRENTLY before"] : [];
  }
  if (skip_validation !== true) return ["a constraint is added NOT VALID, and validated by a later migration"];
  const test = raw_expr !== undefined && "NullTest" in raw_expr ? raw_expr.NullTest : undefined;
  const [field] = test?.arg !== undefined && "ColumnRef" in test.arg ? (test.arg.ColumnRef.fields ?? []) : [];
  if (test?.nulltesttype === "IS_NOT_NULL" && field !== undefined && "String" in field) {
    known.notNullChecks.set(`${table}.${conname}`, `${table}.${field.String.sval ?? ""}`);
  }
  return [];
}
