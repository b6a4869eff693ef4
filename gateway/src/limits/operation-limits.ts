import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";
import { type OperationLimits } from "../config";

/** How much an operation asks for, its fragments counted wherever they are spread. */
interface Extent {
  readonly depth: number;
  readonly aliases: number;
  /** Fields directly below the root. */
  readonly breadth: number;
  /** Fields at every level: a few fragments that spread each other make very many of very little text. */
  readonly fields: number;
}

/** Refuses an operation that is deeper or broader than the limits allow, with TOO_COMPLEX, before anything is planned. */
export function createLimitsRule(limits: OperationLimits): ValidationRule {
  return (context) => ({
    Document: (document) => {
      const { depth, aliases, breadth, fields } = measure(document);
      const tooMuch = [
        [depth > limits.maxDepth, `is nested more than ${limits.maxDepth} deep`],
        [aliases > limits.maxAliases, `has more than ${limits.maxAliases} aliases`],
        [breadth > limits.maxRootFields, `has more than ${limits.maxRootFields} root fields`],
        [fields > limits.maxFields, `has more than ${limits.maxFields} fields`],
      ] as const;
      for (const [exceeded, what] of tooMuch) {
        if (!exceeded) continue;
        context.reportError(
          new GraphQLError(`This operation ${what}: ask for less at once.`, { extensions: { code: "TOO_COMPLEX" } }),
        );
      }
    },
  });
}

/** Each fragment is measured once, so that fragments which spread each other many times over cost no more than others. */
function measure(document: DocumentNode): Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, nothing); // a fragment within itself is another rule's matter; here it must only end
    const fragment = fragments.get(name);
    const extent = fragment === undefined ? nothing : ofSelections(fragment.selectionSet);
    measured.set(name, extent);
    return extent;
  };
  const ofSelections = (set: SelectionSetNode): Extent =>
    set.selections
      .map((selection): Extent => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
        if (selection.kind === Kind.INLINE_FRAGMENT) return ofSelections(selection.selectionSet);
        const below = selection.selectionSet === undefined ? nothing : ofSelections(selection.selectionSet);
        return {
          depth: below.depth + 1,
          aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
          breadth: 1,
          fields: below.fields + 1,
        };
      })
      .reduce(beside, nothing);

  return document.definitions
    .map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? ofSelections(definition.selectionSet) : nothing,
    )
    .reduce(beside, nothing);
}

const nothing: Extent = { depth: 0, aliases: 0, breadth: 0, fields: 0 };

function beside(one: Extent, other: Extent): Extent {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    breadth: one.breadth + other.breadth,
    fields: one.fields + other.fields,
  };
}
