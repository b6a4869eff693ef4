/** A request that no gateway should spend anything on, with the shop's supergraph. */
export interface Abuse {
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Where it is refused: before or after its schema is looked at. */
  readonly code: "TOO_COMPLEX" | "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED" | "BAD_USER_INPUT";
}

function times(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(" ");
}

/** `open` so many times, then `inside`, then as many `close`. */
function nested(depth: number, open: string, inside: string, close: string): string {
  return open.repeat(depth) + inside + close.repeat(depth);
}

function nestedLists(depth: number): unknown {
  let value: unknown = "PAID";
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function nestedObjects(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < depth; level += 1) value = { filter: value };
  return value;
}

/** Twice the same field in each, so that merging them compares all with all. */
function twins(depth: number): string {
  return depth === 0 ? "id" : `parent { ${twins(depth - 1)} } parent { ${twins(depth - 1)} }`;
}

const comments = (inside: string) => `comments(first: 100) { edges { node { ${inside} } } }`;
const page = "query ($first: Int) { products(first: $first) { edges { node { id name } } } }";
const orders = "query ($status: [OrderStatus!]) { orders(filter: { status: $status }) { edges { cursor } } }";

/** By hand: what scanners try, and what has ended servers before. */
export const abuses: readonly Abuse[] = [
  // Lists
  { name: "a page of a million", query: page, variables: { first: 1_000_000 }, code: "TOO_COMPLEX" },
  { name: "a page of 10^300", query: page, variables: { first: 1e300 }, code: "TOO_COMPLEX" },
  {
    name: "no page of endless pages, to make the sum no number",
    query: `query ($n: Int) { a: products(first: 0) { edges { node { comments(first: $n) { edges { node {
      author { orders(first: $n) { edges { cursor } } } } } } } } } b: products(first: 100000) { edges { node { id } } } }`,
    variables: { n: 1e300 },
    code: "TOO_COMPLEX",
  },
  {
    name: "a page of a million by default value",
    query: page.replace("$first: Int", "$first: Int = 1000000"),
    code: "TOO_COMPLEX",
  },
  {
    name: "pages of pages",
    query: `{ products(first: 100) { edges { node { ${comments("id")} } } } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "pages of pages in fragments",
    query: `{ products(first: 100) { ...A } } fragment A on ProductConnection { edges { node { ...B } } }
      fragment B on Product { ${comments(`author { ${comments("id")} }`)} }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a list of 25,000 lines",
    query: "query ($lines: [OrderLineInput!]!) { quoteOrder(lines: $lines) { lines { name } } }",
    variables: { lines: Array.from({ length: 25_000 }, () => ({ productId: "prd_1", quantity: 1 })) },
    code: "TOO_COMPLEX",
  },
  {
    name: "a list of 15,000 lines, each answered",
    query: "query ($lines: [OrderLineInput!]!) { quoteOrder(lines: $lines) { lines { name product { id name } } } }",
    variables: { lines: Array.from({ length: 15_000 }, () => ({ productId: "prd_1", quantity: 1 })) },
    code: "TOO_COMPLEX",
  },
  // Many of one thing
  { name: "3,900 times one field", query: `{ ${"me ".repeat(3_900)} }`, code: "TOO_COMPLEX" },
  { name: "33,000 fields", query: `{ ${"me ".repeat(33_000)} }`, code: "TOO_COMPLEX" },
  { name: "500 __typename", query: `query cop { ${"__typename ".repeat(500)} }`, code: "TOO_COMPLEX" },
  { name: "900 __typename below", query: `{ me { ${"__typename ".repeat(900)} } }`, code: "TOO_COMPLEX" },
  { name: "101 aliases", query: `{ me { ${times(101, (n) => `alias${n}: __typename`)} } }`, code: "TOO_COMPLEX" },
  { name: "10 directives at one place", query: `{ __typename ${"@aa".repeat(10)} }`, code: "TOO_COMPLEX" },
  { name: "500 directives", query: `{ __typename ${"@include(if: true) ".repeat(500)} }`, code: "TOO_COMPLEX" },
  { name: "500 operations", query: times(500, (n) => `query Q${n} { me { id } }`), code: "TOO_COMPLEX" },
  {
    name: "300 fragments",
    query: `{ me { id } } ${times(300, (n) => `fragment F${n} on User { id }`)}`,
    code: "TOO_COMPLEX",
  },
  {
    name: "30 logins",
    query: `mutation { ${times(30, (n) => `l${n}: login(input: { email: "a@example.com", password: "${n}" }) { errors { code } }`)} }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "two logins in fragments",
    query: `mutation { ...A ...B }
      fragment A on Mutation { login(input: { email: "a@example.com", password: "1" }) { errors { code } } }
      fragment B on Mutation { b: login(input: { email: "a@example.com", password: "2" }) { errors { code } } }`,
    code: "TOO_COMPLEX",
  },
  // Deep things
  { name: "a selection 1,300 deep", query: nested(1_300, "{ me ", "{ id }", "}"), code: "TOO_COMPLEX" },
  {
    name: "a selection 24 deep",
    query: `{ comment(id: 1) { ${nested(24, "parent { ", "id", "}")} } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "inline fragments 1,300 deep",
    query: `{ ${nested(1_300, "... { ", "me { id }", "}")} }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a list literal 1,900 deep",
    query: `{ orders(filter: { status: ${nested(1_900, "[", "", "]")} }) { edges { cursor } } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "an object literal 900 deep",
    query: `{ orders(filter: ${nested(900, "{ a: ", "1", "}")}) { edges { cursor } } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a type 1,900 deep",
    query: `query ($a: ${nested(1_900, "[", "Int", "]")}) { me { id } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "lists in a variable, 2,000 deep",
    query: orders,
    variables: { status: nestedLists(2_000) },
    code: "TOO_COMPLEX",
  },
  { name: "objects in a variable, 2,000 deep", query: orders, variables: nestedObjects(2_000), code: "TOO_COMPLEX" },
  {
    name: "200,000 values in variables",
    query: orders,
    variables: { status: Array.from({ length: 200_000 }, () => 1) },
    code: "TOO_COMPLEX",
  },
  {
    name: "60,000 unused variables",
    query: "{ me { id } }",
    variables: Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`v${n}`, 1])),
    code: "TOO_COMPLEX",
  },
  // Fragments
  {
    name: "a fragment within itself",
    query: "{ ...A } fragment A on Query { me { id } ...A }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "fragments within each other",
    query:
      "{ comment(id: 1) { ...A } } fragment A on Comment { parent { ...B } } fragment B on Comment { parent { ...A } }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "a fragment bomb",
    query: `{ comment(id: 1) { ...F0 } } ${times(30, (n) => `fragment F${n} on Comment { parent { ...F${n + 1} } parent { ...F${n + 1} } }`)} fragment F30 on Comment { id }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a fragment bomb that no operation spreads",
    query: `{ me { id } } ${times(30, (n) => `fragment F${n} on Comment { parent { ...F${n + 1} } parent { ...F${n + 1} } }`)} fragment F30 on Comment { id }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a chain of 99 fragments",
    query: `{ me { ...F0 } } ${times(98, (n) => `fragment F${n} on User { id ...F${n + 1} }`)} fragment F98 on User { id }`,
    code: "TOO_COMPLEX",
  },
  { name: "fields that merge with all others", query: `{ me { ${"id ".repeat(950)} } }`, code: "TOO_COMPLEX" },
  { name: "twins of twins", query: `{ comment(id: 1) { ${twins(8)} } }`, code: "TOO_COMPLEX" },
  {
    name: "every type of a union, again and again",
    query: `{ notifications { edges { node { subject { ${times(40, () => "... on Order { lines { product { name } } } ... on Product { comments { edges { node { body } } } } ... on Comment { author { displayName } }")} } } } } }`,
    code: "TOO_COMPLEX",
  },
  // Introspection
  {
    name: "introspection in a circle",
    query: `{ __schema { types { ${nested(6, "fields { type { ", "name", "} }")} } } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "introspection 25 times",
    query: `{ ${times(25, (n) => `a${n}: __schema { types { fields { args { type { ofType { name ofType { name } } } } type { ofType { name ofType { name } } } } } }`)} }`,
    code: "TOO_COMPLEX",
  },
  // Long things
  { name: "a document of 900,000 characters", query: `{ me { id } } #${",".repeat(900_000)}`, code: "TOO_COMPLEX" },
  {
    name: "a text of 500,000 characters",
    query: `{ products(filter: { search: "${"x".repeat(500_000)}" }) { totalCount } }`,
    code: "TOO_COMPLEX",
  },
  {
    name: "a list literal of 5,000 values",
    query: `{ orders(filter: { status: [${"PAID ".repeat(5_000)}] }) { edges { cursor } } }`,
    code: "TOO_COMPLEX",
  },
  // What validation has to tell a hundred times
  {
    name: "990 unknown fields",
    query: `{ me { ${times(990, (n) => `x${n}`)} } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "90 long names that nearly are",
    query: `{ me { ${times(90, (n) => `displayNam${"e".repeat(900)}${n}`)} } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "1,200 unknown arguments",
    query: `{ products(${times(1_200, (n) => `a${n}: 1`)}) { totalCount } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "990 unused variables",
    query: `query (${times(990, (n) => `$a${n}: Int`)}) { me { id } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "bad values in a list literal",
    query: `{ orders(filter: { status: [${"1 ".repeat(3_900)}] }) { edges { cursor } } }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    name: "10,000 bad values in a variable",
    query: orders,
    variables: { status: Array.from({ length: 10_000 }, () => ({})) },
    code: "BAD_USER_INPUT",
  },
  {
    name: "what does not parse",
    query: `${"{ me ".repeat(50)}"${"\\u0041".repeat(10_000)}`,
    code: "GRAPHQL_PARSE_FAILED",
  },
];

/** What comes closest to the limits without exceeding them: the price of letting honest operations be large. */
export const dearest: readonly Omit<Abuse, "code">[] = [
  {
    name: "30 products with all that others know of them",
    query: `{ ${times(30, (n) => `p${n}: product(id: "${n}") { name watchedByMe ratings { average } myReview { id author { displayName unreadNotifications } } comments { edges { node { id } } } }`)} }`,
  },
  {
    name: "a chain of 60 fragments",
    query: `{ me { ...F0 } } ${times(60, (n) => `fragment F${n} on User { id email displayName ...F${n + 1} }`)} fragment F60 on User { id }`,
  },
  {
    name: "all fragments of a union, twelve times",
    query: `{ notifications { edges { node { subject { ${times(12, (n) => `... on Order { a${n}: lines { product { name ratings { count } watchedByMe } } } ... on Product { b${n}: name watchedByMe } ... on Comment { c${n}: author { displayName unreadNotifications } }`)} } } } } }`,
  },
  {
    name: "the same fields in 90 fragments",
    query: `{ me { ${times(90, (n) => `...F${n}`)} } } ${times(90, (n) => `fragment F${n} on User { id }`)}`,
  },
  { name: "64 twins", query: `{ comment(id: 1) { ${twins(6)} } }` },
  {
    name: "700 fields of one list",
    query: `{ products(first: 5) { edges { node { ${times(100, (n) => `a${n}: category { id name slug parent { id name } }`)} } } } }`,
  },
  {
    name: "3,900 values in a list literal",
    query: `{ orders(filter: { status: [${"PAID ".repeat(3_900)}] }) { edges { cursor } } }`,
  },
  {
    name: "introspection, twice",
    query: `{ ${times(2, (n) => `a${n}: __schema { types { name fields { name args { name type { name ofType { name ofType { name } } } } type { name ofType { name ofType { name } } } } } }`)} }`,
  },
];
