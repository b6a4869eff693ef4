import { type FetchNode, type PlanNode, type QueryPlanSelectionNode } from "@apollo/query-planner";
import { type DocumentNode, Kind, parse, print, type SelectionNode, type SelectionSetNode, visit } from "graphql";
import { type RequiredArguments, type RequiredField } from "./required-arguments";

/** Asks a subgraph for what the names of required-arguments.ts stand for, each under that name as its alias. */
export function restoreRequired(document: DocumentNode, fields: ReadonlyMap<string, RequiredField>): DocumentNode {
  if (fields.size === 0) return document;
  return visit(document, {
    Field: (field) => {
      const required = fields.get(field.name.value);
      if (required === undefined) return undefined;
      return {
        ...field,
        alias: field.alias ?? field.name,
        name: { kind: Kind.NAME, value: required.name },
        arguments: required.arguments,
      };
    },
  });
}

/** Names of which no two stand for the same field. */
type Compatible = Set<string>;

/**
 * Splits a fetch whose representations would have to hold one field twice, with the values that different arguments give:
 * what needs the one value is fetched apart from what needs the other.
 */
export function separateConflicts(fetch: FetchNode, { fields, neededBy }: RequiredArguments): PlanNode {
  const named = namesIn(fetch.requires ?? []).filter((name) => fields.has(name));
  const standFor = (name: string): string | undefined => fields.get(name)?.name;
  if (new Set(named.map(standFor)).size === new Set(named).size) return fetch;

  const document = parse(fetch.operation, { noLocation: true });
  const parts: Compatible[] = [];
  const partOf = (typeName: string, field: string): Compatible => {
    const needs = [...neededBy(fetch.serviceName, typeName, standFor(field) ?? field)];
    const fits = (part: Compatible): boolean =>
      needs.every((name) => ![...part].some((other) => other !== name && standFor(other) === standFor(name)));
    const part = parts.find(fits) ?? new Set();
    if (!parts.includes(part)) parts.push(part);
    for (const name of needs) part.add(name);
    return part;
  };
  // Twice, since a part is whole only when every field has found its own.
  const keep = (part: Compatible | undefined): DocumentNode =>
    visit(document, {
      Field: (field) =>
        field.name.value === "_entities" && field.selectionSet
          ? { ...field, selectionSet: keepFields(field.selectionSet, "", part, partOf) }
          : false,
    });
  keep(undefined);
  return {
    kind: "Parallel",
    nodes: parts.map((part) => ({
      ...fetch,
      ...withoutUnused(keep(part), fetch.variableUsages),
      requires: withoutNames(fetch.requires ?? [], (name) => fields.has(name) && !part.has(name)),
    })),
  };
}

/** An operation must not declare a variable that what is left of it does not use. */
function withoutUnused(
  document: DocumentNode,
  usages: readonly string[] = [],
): Pick<FetchNode, "operation" | "variableUsages"> {
  const used = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  const operation = visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? false : null),
  });
  return { operation: print(operation), variableUsages: usages.filter((name) => used.has(name)) };
}

function keepFields(
  set: SelectionSetNode,
  typeName: string,
  part: Compatible | undefined,
  partOf: (typeName: string, field: string) => Compatible,
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.FIELD) {
      const isKept = selection.name.value === "__typename" || partOf(typeName, selection.name.value) === part;
      return isKept ? [selection] : [];
    }
    const condition = selection.typeCondition?.name.value ?? typeName;
    const selectionSet = keepFields(selection.selectionSet, condition, part, partOf);
    return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }];
  });
  return { ...set, selections };
}

function namesIn(selections: readonly QueryPlanSelectionNode[]): string[] {
  return selections.flatMap((selection) => [
    ...(selection.kind === "Field" ? [selection.name] : []),
    ...namesIn(selection.selections ?? []),
  ]);
}

function withoutNames(
  selections: readonly QueryPlanSelectionNode[],
  isLeftOut: (name: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === "Field" && isLeftOut(selection.name)) return [];
    if (selection.selections === undefined) return [selection];
    const below = withoutNames(selection.selections, isLeftOut);
    return below.length === 0 ? [] : [{ ...selection, selections: below }];
  });
}
