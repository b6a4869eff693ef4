import { type GraphQLScalarType, type GraphQLSchema, isScalarType, valueFromASTUntyped } from "graphql";
import { scalarResolvers } from "./scalars";

/**
 * Makes a schema that only passes values on refuse those that do not fit the public contract's scalars, as variables and
 * as literals; what fits passes as it came.
 * @param schema of the public contract: a scalar of the same name may mean another thing elsewhere
 */
export function checkScalars(schema: GraphQLSchema): void {
  for (const [name, scalar] of Object.entries<GraphQLScalarType>(scalarResolvers)) {
    const passed = schema.getType(name);
    if (!isScalarType(passed)) continue;
    passed.parseValue = (value) => {
      scalar.parseValue(value);
      return value;
    };
    passed.parseLiteral = (node, variables) => {
      scalar.parseLiteral(node, variables);
      return valueFromASTUntyped(node, variables);
    };
  }
}
