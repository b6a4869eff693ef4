import { type GraphQLCompositeType } from "graphql";
import { take } from "./world";

/** Introspection beside data, of what monolith and gateway describe in the same words. */
export function writeIntrospection(
  pick: number,
  composites: readonly GraphQLCompositeType[],
  variable: (type: string, defaultText: string | undefined, value: unknown, reuse: boolean) => string,
): string[] {
  const type = take(composites, pick).name;
  switch (pick % 12) {
    case 0:
      return [`__type(name: "${type}") { kind n: name ... on __Type { name } }`];
    case 1:
      return ["schema: __schema { queryType { name __typename } }"];
    case 2:
      return [`known: __type(name: ${variable("String!", undefined, type, false)}) { __typename name }`];
    default:
      return [];
  }
}
