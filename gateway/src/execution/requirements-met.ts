import { type FetchNode, type QueryPlan, type QueryPlanSelectionNode } from "@apollo/query-planner";
import {
  buildASTSchema,
  type DocumentNode,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";
import { toSteps } from "./fetch-graph";
import { fieldsWithTypes, graphNamesOf, isExternal, isFieldOwner, joinsOf, parseFieldSet } from "./join-directives";

/** What a subgraph says of a field that it does not simply have. */
interface Terms {
  readonly isExternal: boolean;
  /** What it must be given for it; of nested ones the outermost. */
  readonly requires: readonly string[];
  /** What of other subgraphs' it knows below. */
  readonly provides: SelectionSetNode | undefined;
}

/** What a subgraph has been given or promised at one place of a fetch. */
interface Known {
  readonly given: ReadonlySet<string>;
  readonly provided: readonly SelectionSetNode[];
}

const nothing: Known = { given: new Set(), provided: [] };

/**
 * Tells whether each fetch of a plan asks its subgraph for what that one can answer: no field of another's that it does not
 * provide there, and none that `@requires` what it is not given. Where fetches that a `@requires` needs begin and end in the
 * same subgraph, @apollo/query-planner may fold them into one that does neither, and a subgraph that puts up with
 * what it lacks then answers with something wrong.
 * @param supergraph that the plans are for
 */
export function createRequirementCheck(supergraph: DocumentNode): (node: QueryPlan["node"]) => boolean {
  const terms = readTerms(supergraph);
  if (terms.size === 0) return () => true;
  const schema = buildASTSchema(supergraph, { assumeValid: true, assumeValidSDL: true });

  const termsOf = (subgraph: string, typeName: string, field: string): Terms[] => {
    const type = schema.getType(typeName);
    const types = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [{ name: typeName }];
    return types.flatMap(({ name }) => terms.get(`${subgraph} ${name}.${field}`) ?? []);
  };

  const isMet = (subgraph: string, set: SelectionSetNode, typeName: string, { given, provided }: Known): boolean => {
    const fields = fieldsWithTypes(set, typeName);
    const promised = provided.flatMap((each) => fieldsWithTypes(each, "").map(([, field]) => field));
    const known = new Set([...given, ...fields.map(([, { name }]) => name.value)]);
    return fields.every(([on, { name, selectionSet }]) => {
      const found = termsOf(subgraph, on, name.value);
      const here = promised.filter((each) => each.name.value === name.value);
      if (here.length === 0 && found.some((each) => each.isExternal)) return false;
      if (found.some(({ requires }) => !requires.every((required) => known.has(required)))) return false;
      if (selectionSet === undefined) return true;
      const type = schema.getType(on);
      const below = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value]?.type : undefined;
      return isMet(subgraph, selectionSet, below === undefined ? "" : getNamedType(below).name, {
        given: nothing.given,
        provided: [...here, ...found].flatMap((each) => ("kind" in each ? each.selectionSet : each.provides) ?? []),
      });
    });
  };

  const isSound = ({ serviceName, operation, operationKind, requires }: FetchNode): boolean => {
    const [definition] = parse(operation, { noLocation: true }).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) return false;
    const { selectionSet } = definition;
    if (requires === undefined) {
      return isMet(serviceName, selectionSet, schema.getRootType(operationKind)?.name ?? "", nothing);
    }
    const given = new Set(topNames(requires));
    return fieldsWithTypes(selectionSet, "").every(
      ([, entities]) =>
        entities.selectionSet === undefined || isMet(serviceName, entities.selectionSet, "", { ...nothing, given }),
    );
  };

  return (node) => {
    if (node?.kind !== "Subscription") return toSteps(node).every(({ fetch }) => isSound(fetch));
    return isSound(node.primary) && toSteps(node.rest).every(({ fetch }) => isSound(fetch));
  };
}

/** By subgraph, type and field. */
function readTerms(supergraph: DocumentNode): Map<string, Terms> {
  const names = graphNamesOf(supergraph);
  const terms = new Map<string, Terms>();
  for (const definition of supergraph.definitions) {
    if (!isFieldOwner(definition)) continue;
    for (const field of definition.fields ?? []) {
      for (const join of joinsOf(field)) {
        const { graph = "", requires, provides } = join;
        if (!isExternal(join) && requires === undefined && provides === undefined) continue;
        terms.set(`${names.get(graph) ?? ""} ${definition.name.value}.${field.name.value}`, {
          isExternal: isExternal(join),
          requires:
            requires === undefined
              ? []
              : fieldsWithTypes(parseFieldSet(requires), "").map(([, { name }]) => name.value),
          provides: provides === undefined ? undefined : parseFieldSet(provides),
        });
      }
    }
  }
  return terms;
}

/** The fields at the top of representations, whatever the type. */
function topNames(selections: readonly QueryPlanSelectionNode[]): string[] {
  return selections.flatMap((each) => (each.kind === "Field" ? [each.name] : topNames(each.selections)));
}
