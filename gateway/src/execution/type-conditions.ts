import {
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from "graphql";

/** Whether an object whose type is known by name is of a type. */
export type MatchesType = (typeName: string) => boolean;

/**
 * Compiles a type condition: the type itself and, of an abstract one, what implements or belongs to it. An interface that a
 * subgraph knows as an object (`@interfaceObject`) names itself as its objects' type.
 * @param schema the supergraph's, with what clients do not see
 */
export function compileTypeCondition(schema: GraphQLSchema, condition: string): MatchesType {
  const type = schema.getType(condition);
  const names = new Set([condition]);
  if (isAbstractType(type)) {
    for (const { name } of schema.getPossibleTypes(type)) names.add(name);
    if (isInterfaceType(type)) for (const { name } of schema.getImplementations(type).interfaces) names.add(name);
  }
  return (typeName) => names.has(typeName);
}

/** Whether a type's objects say exactly what they are. */
export function isConcrete(schema: GraphQLSchema, typeName: unknown): boolean {
  return typeof typeName === "string" && isObjectType(schema.getType(typeName));
}

/** The interfaces that some subgraph knows as objects (`@interfaceObject`). @param schema the supergraph's */
export function interfaceObjectsOf(schema: GraphQLSchema): ReadonlySet<string> {
  const isInterfaceObject = ({ directives = [] }: InterfaceTypeDefinitionNode): boolean =>
    directives.some(
      ({ name, arguments: args = [] }) =>
        name.value === "join__type" &&
        args.some(
          (each) => each.name.value === "isInterfaceObject" && "value" in each.value && each.value.value === true,
        ),
    );
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isInterfaceType(type) && type.astNode != null && isInterfaceObject(type.astNode) ? [type.name] : [],
    ),
  );
}
