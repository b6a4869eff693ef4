import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { tooComplex } from "./too-complex";

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** How much a selection asks for, its fragments counted wherever they are spread. */
export interface Extent {
  /** Fields within each other. */
  readonly depth: number;
  /** Fields, inline fragments and spreads within each other: what others recurse over. */
  readonly nesting: number;
  readonly aliases: number;
  /** Fields directly below. */
  readonly breadth: number;
  /** Fields at every level: a few fragments that spread each other make very many of very little text. */
  readonly fields: number;
  /** The most at one place. */
  readonly directives: number;
}

/** Of fields, inline fragments and spreads; see document-source.ts for why. */
const maxNesting = 100;

const nothing: Extent = { depth: 0, nesting: 0, aliases: 0, breadth: 0, fields: 0, directives: 0 };

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** Measures selections of one document, each fragment once. */
export function createMeasure(fragments: Fragments) {
  const measured = new Map<string, Extent | undefined>();

  const ofFragment = (name: string, level: number): Extent => {
    if (measured.has(name)) {
      const known = measured.get(name);
      if (known === undefined) throw fragmentWithinItself(name);
      return known;
    }
    const fragment = fragments.get(name);
    if (fragment === undefined) return nothing; // validation says so
    measured.set(name, undefined);
    const extent = ofSelections(fragment.selectionSet, level);
    measured.set(name, extent);
    return extent;
  };

  const ofSelection = (selection: SelectionNode, level: number): Extent => {
    const directives = selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) {
      const below = selection.selectionSet === undefined ? nothing : ofSelections(selection.selectionSet, level);
      return {
        depth: below.depth + 1,
        nesting: below.nesting + 1,
        aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
        breadth: 1,
        fields: below.fields + 1,
        directives: Math.max(below.directives, directives),
      };
    }
    const inside =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? ofFragment(selection.name.value, level)
        : ofSelections(selection.selectionSet, level);
    return { ...inside, nesting: inside.nesting + 1, directives: Math.max(inside.directives, directives) };
  };

  /** @param level how deep the caller is already */
  const ofSelections = (set: SelectionSetNode, level = 0): Extent => {
    let extent = nothing;
    if (level > maxNesting) throw tooDeep();
    for (const selection of set.selections) extent = beside(extent, ofSelection(selection, level + 1));
    if (extent.nesting > maxNesting) throw tooDeep();
    return extent;
  };

  return {
    /** @throws TOO_COMPLEX where it is too deep to go on, GRAPHQL_VALIDATION_FAILED where it has no end */
    ofSelections: (set: SelectionSetNode): Extent => ofSelections(set),
    has: (fragmentName: string): boolean => measured.has(fragmentName),
  };
}

function beside(one: Extent, other: Extent): Extent {
  return {
    depth: Math.max(one.depth, other.depth),
    nesting: Math.max(one.nesting, other.nesting),
    aliases: one.aliases + other.aliases,
    breadth: one.breadth + other.breadth,
    fields: one.fields + other.fields,
    directives: Math.max(one.directives, other.directives),
  };
}

function tooDeep(): GraphQLError {
  return tooComplex(`has more than ${maxNesting} fields and fragments within each other`);
}

function fragmentWithinItself(name: string): GraphQLError {
  return new GraphQLError(`Cannot spread fragment "${name}" within itself.`, {
    extensions: { code: "GRAPHQL_VALIDATION_FAILED", http: { status: 400 } },
  });
}
