import { buildSchema, type OperationDefinitionNode, parse } from "graphql";
import { maxAgeSecondsOf } from "../src/cache-policy";

const schema = buildSchema(`
  directive @cacheControl(maxAge: Int, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  type Query { named: Named any: Any }
  interface Named @cacheControl(maxAge: 60) { id: ID name: String }
  union Any @cacheControl(maxAge: 60) = Product | Basket
  type Product implements Named { id: ID name: String @cacheControl(maxAge: 30) }
  type Basket implements Named @cacheControl(maxAge: 0) { id: ID name: String }
  interface Closed @cacheControl(maxAge: 60) { id: ID secret: String }
  type Safe implements Closed { id: ID secret: String @cacheControl(maxAge: 0) }
  extend type Query { closed: Closed }`);

const ageOf = (query: string): number => {
  const document = parse(query);
  return maxAgeSecondsOf(schema, document, document.definitions[0] as OperationDefinitionNode);
};

// What an answer will hold is not known before: any of its types may turn up.
it.each([
  ["an interface with a member that nobody may keep", "{ named { id } }", 0],
  ["a fragment on such a member", "{ named { ... on Basket { name } } }", 0],
  ["a union with such a member", "{ any { ... on Product { id } } }", 0],
  ["an interface whose members say nothing else", "{ closed { id } }", 60],
  ["a field that a member says something else of", "{ closed { secret } }", 0],
])("judges %s by the strictest of its types", (_what, query, seconds) => {
  expect(ageOf(query)).toBe(seconds);
});
