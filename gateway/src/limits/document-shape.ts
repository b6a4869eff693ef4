import { type DocumentNode, Kind, OperationTypeNode, type SelectionSetNode } from "graphql";
import { type OperationLimits } from "../config";
import { countCredentialFields } from "./credential-fields";
import { createMeasure, type Extent, fragmentsOf } from "./extent";
import { countComparisons } from "./field-merging";
import { tooComplex } from "./too-complex";

/** Operations and fragments: validation looks at each operation with every fragment below it. */
const maxDefinitions = 100;
/** On one field, fragment or operation; the language has two of them, and each unknown one makes an error of its own. */
const maxDirectivesAtOnePlace = 4;
/** Pairs of fields that validation has to compare, at one to four microseconds each. */
const maxComparisons = 10_000;

/**
 * Refuses a document that is deeper, broader or harder to validate and plan than the limits allow. Each fragment is
 * looked at once, so that fragments which spread each other many times over cost no more than others.
 * @throws TOO_COMPLEX, and GRAPHQL_VALIDATION_FAILED for a fragment within itself, which nothing below need follow
 */
export function requireModestShape(document: DocumentNode, limits: OperationLimits): void {
  if (document.definitions.length > maxDefinitions) {
    throw tooComplex(`is in a document of more than ${maxDefinitions} operations and fragments`);
  }
  const fragments = fragmentsOf(document);
  const measure = createMeasure(fragments);
  let fields = 0;
  const requireModest = (set: SelectionSetNode, isOperation: boolean): void => {
    const extent = measure.ofSelections(set);
    fields += extent.fields;
    for (const [exceeded, what] of excesses(extent, isOperation, limits)) if (exceeded) throw tooComplex(what);
    // Only now: of few fragments there may be very many fields.
    if (fields > limits.maxFields) throw tooComplex(`has more than ${limits.maxFields} fields`);
    if (countComparisons(set, fragments) > maxComparisons) throw tooComplex("repeats the same fields too often");
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    requireFewDirectives(definition);
    requireModest(definition.selectionSet, true);
    if (definition.operation !== OperationTypeNode.MUTATION) continue;
    for (const [name, times] of countCredentialFields(document, definition, limits.credentialFields)) {
      if (times > 1) throw tooComplex(`asks for \`${name}\` more than once`);
    }
  }
  // What no operation spreads is validated all the same.
  for (const [name, fragment] of fragments) {
    requireFewDirectives(fragment);
    if (!measure.has(name)) requireModest(fragment.selectionSet, false);
  }
}

function excesses(extent: Extent, isOperation: boolean, limits: OperationLimits) {
  return [
    [extent.depth > limits.maxDepth, `is nested more than ${limits.maxDepth} deep`],
    [extent.aliases > limits.maxAliases, `has more than ${limits.maxAliases} aliases`],
    [isOperation && extent.breadth > limits.maxRootFields, `has more than ${limits.maxRootFields} root fields`],
    [extent.directives > maxDirectivesAtOnePlace, `has more than ${maxDirectivesAtOnePlace} directives at one place`],
  ] as const;
}

function requireFewDirectives({ directives = [] }: { readonly directives?: readonly unknown[] }): void {
  if (directives.length > maxDirectivesAtOnePlace) {
    throw tooComplex(`has more than ${maxDirectivesAtOnePlace} directives at one place`);
  }
}
