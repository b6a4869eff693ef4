import { EJSON } from "bson";
import { evalExpr } from "mingo/core";
import { type Iterator, Lazy } from "mingo/lazy";
import { type Options } from "mingo/types";
import { badValue } from "../errors";
import { isDocument, type PlainDocument } from "../values/bson";
import { defineField, ownField, splitPath } from "../values/paths";

type Expression = (document: PlainDocument) => unknown;

/** $group, as mingo's but several times as fast where documents are grouped by fields as they are. */
export function group(documents: Iterator, spec: PlainDocument, options: Options): Iterator {
  const { _id: by, ...accumulators } = spec;
  if (!Object.hasOwn(spec, "_id")) throw badValue("a group specification must include an _id");
  const keyOf = compileKey(by, options);
  return documents.transform((all: PlainDocument[]) => {
    const groups = new Map<string, { key: unknown; members: PlainDocument[] }>();
    for (const document of all) {
      const key = keyOf(document) ?? null;
      const text = textOf(key);
      const found = groups.get(text);
      if (found === undefined) groups.set(text, { key, members: [document] });
      else found.members.push(document);
    }
    return Lazy(
      [...groups.values()].map(({ key, members }) => ({ _id: key, ...accumulate(members, accumulators, options) })),
    );
  });
}

/** What accumulators make of a group's documents. */
export const accumulate = (members: PlainDocument[], accumulators: PlainDocument, options: Options): PlainDocument =>
  Object.fromEntries(Object.entries(accumulators).map(([name, expr]) => [name, evalExpr(members, expr, options)]));

function compileKey(by: unknown, options: Options): Expression {
  const general: Expression = (document) => evalExpr(document, by, options);
  if (typeof by === "string") return compileField(by, options) ?? general;
  if (!isDocument(by) || Object.keys(by).some((name) => name.startsWith("$"))) return general;
  const fields = Object.entries(by).map(([name, expr]) => ({ name, read: compileField(expr, options) }));
  return (document) => {
    const key = {};
    for (const { name, read } of fields) {
      if (read === undefined) return general(document);
      const value = read(document);
      if (value !== undefined) defineField(key, name, value);
    }
    return key;
  };
}

/** A field's value, such as "$a.b"; undefined for any other expression. */
function compileField(expr: unknown, options: Options): Expression | undefined {
  if (typeof expr !== "string" || !/^\$[^$]/.test(expr)) return undefined;
  const path = splitPath(expr.slice(1));
  return (document) => {
    let value: unknown = document;
    for (const segment of path) {
      // A path through an array gives what all of its elements have there.
      if (Array.isArray(value)) return evalExpr(document, expr, options);
      value = isDocument(value) ? ownField(value, segment) : undefined;
    }
    return value;
  };
}

/** The same text for the same values only. */
function textOf(value: unknown): string {
  if (typeof value === "string") return `${value.length}"${value}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!isDocument(value)) return EJSON.stringify(value);
  return `{${Object.entries(value)
    .map((field) => field.map(textOf).join())
    .join()}}`;
}
