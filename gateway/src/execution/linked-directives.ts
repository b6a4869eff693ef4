import {
  DirectiveLocation,
  type DocumentNode,
  GraphQLDirective,
  type GraphQLFieldConfigArgumentMap,
  GraphQLSchema,
  isInputType,
  parseType,
  typeFromAST,
  visit,
} from "graphql";

const executable = new Set<DirectiveLocation>([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/**
 * Lets clients use the directives for operations that subgraphs have composed with `@composeDirective`: with all of a linked
 * feature they are left out of what @apollo/federation-internals takes for the clients' schema.
 */
export function withLinkedDirectives(schema: GraphQLSchema, supergraph: GraphQLSchema): GraphQLSchema {
  const added = supergraph
    .getDirectives()
    .filter(({ name, locations }) => schema.getDirective(name) == null && locations.some((at) => executable.has(at)))
    .flatMap((directive) => inSchema(directive, schema) ?? []);
  if (added.length === 0) return schema;
  return new GraphQLSchema({ ...schema.toConfig(), directives: [...schema.getDirectives(), ...added] });
}

/** Takes the directives that the planner does not know out of an operation: no plan can tell which subgraph does. */
export function keepDirectives(document: DocumentNode, isKnown: (name: string) => boolean): DocumentNode {
  return visit(document, { Directive: ({ name }) => (isKnown(name.value) ? undefined : null) });
}

/** The same directive over the schema's own types; undefined where the schema hides one of them. */
function inSchema(directive: GraphQLDirective, schema: GraphQLSchema): GraphQLDirective | undefined {
  const config = directive.toConfig();
  const args: GraphQLFieldConfigArgumentMap = {};
  for (const [name, arg] of Object.entries(config.args)) {
    const type = typeFromAST(schema, parseType(String(arg.type)));
    if (!isInputType(type)) return undefined;
    args[name] = { ...arg, type };
  }
  return new GraphQLDirective({ ...config, args, locations: config.locations.filter((at) => executable.has(at)) });
}
