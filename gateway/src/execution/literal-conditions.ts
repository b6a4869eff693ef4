import { type DirectiveNode, type DocumentNode, Kind, visit } from "graphql";

/**
 * Leaves one condition where `@skip` and `@include` stand together and one of them has no variable: the planner takes such a
 * pair for two conditions that hold each other up, and fetches what is skipped.
 */
export function decideLiterals(document: DocumentNode): DocumentNode {
  const decide = <Node extends { readonly directives?: readonly DirectiveNode[] }>(node: Node): Node | undefined => {
    const conditions = (node.directives ?? []).filter(isCondition);
    if (conditions.length < 2) return undefined;
    const others = (node.directives ?? []).filter((directive) => !isCondition(directive));
    const excluding = conditions.find((condition) => literalOf(condition) === (condition.name.value === "skip"));
    const undecided = conditions.filter((condition) => literalOf(condition) === undefined);
    return { ...node, directives: [...(excluding === undefined ? undecided : [excluding]), ...others] };
  };
  return visit(document, { Field: decide, InlineFragment: decide, FragmentSpread: decide });
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === "skip" || name.value === "include";
}

function literalOf(condition: DirectiveNode): boolean | undefined {
  const value = condition.arguments?.find(({ name }) => name.value === "if")?.value;
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}
