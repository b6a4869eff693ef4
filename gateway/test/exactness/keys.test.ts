import { createGraph } from "./harness/graph";

const users = [
  {
    id: "1",
    email: "a@x",
    org: { code: "x", region: { name: "eu" } },
    number: 0,
    name: "Ann",
    age: 30,
    role: "admin",
    badge: "A",
  },
  {
    id: "2",
    email: "b@x",
    org: { code: "x", region: { name: "us" } },
    number: 0,
    name: "",
    age: 0,
    role: null,
    badge: "B",
  },
  {
    id: "3",
    email: "c@y",
    org: { code: "y", region: { name: "eu" } },
    number: 7,
    name: null,
    age: null,
    role: "x",
    badge: null,
  },
];
const query = "type Query { users: [User!]! byEmail(email: String!): User }";
const org = "type Org @shareable { code: String! region: Region! } type Region @shareable { name: String! }";
const graph = createGraph({
  monolith: `
    ${query} type Org { code: String! region: Region! } type Region { name: String! }
    type User { id: ID! email: String! org: Org! number: Int! name: String age: Int role: String badge: String boss: User }`,
  subgraphs: {
    // Each knows users otherwise; from accounts to badges the way leads over all of them.
    accounts: `${query} type User @key(fields: "id") { id: ID! name: String }`,
    mails: `type User @key(fields: "id") @key(fields: "email") { id: ID! email: String! age: Int }`,
    staff: `${org} type User @key(fields: "email") @key(fields: "org { code region { name } } number") {
      email: String! org: Org! number: Int! role: String
    }`,
    badges: `${org} type User @key(fields: "number org { region { name } code }") { org: Org! number: Int! badge: String boss: User }`,
  },
  records: { User: users },
  resolvers: {
    Query: {
      users: () => users,
      byEmail: (_parent, { email }: { email: string }) => users.find((user) => user.email === email),
    },
    User: { boss: ({ number }: { number: number }) => users.find((user) => user.number === number) },
  },
});

it.each([
  ["by one key", "{ users { name } }"],
  ["over a second key", "{ users { age email } }"],
  ["over three subgraphs, from key to key", "{ users { role } }"],
  ["over all of them by a compound key with objects", "{ users { badge } }"],
  ["all at once", "{ users { badge role age name org { region { name } } } }"],
  ["key fields alone", "{ users { number org { code } email id } }"],
  ["there and back again", "{ users { boss { name boss { age badge } } } }"],
  ["under aliases", "{ users { id: badge email: name number: role org: age } }"],
])("reaches entities %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("resolves entities that a subgraph only refers to", async () => {
  const stubs = createGraphOfStubs();
  await stubs.expectSame("{ viewer { id } }");
  await stubs.expectSame("{ viewer { name } everyone { name id } }");
});

it("sends every key of a representation, whole and nothing else", async () => {
  graph.requests.clear();
  await graph.run("{ users { badge } }");
  expect(graph.requests.representations("badges")[0]).toEqual({
    __typename: "User",
    number: 0,
    org: { code: "x", region: { name: "eu" } },
  });
});

function createGraphOfStubs() {
  return createGraph({
    monolith: `type Query { viewer: User everyone: [User] } type User { id: ID! name: String }`,
    subgraphs: {
      users: `type User @key(fields: "id") { id: ID! name: String }`,
      viewers: `type Query { viewer: User everyone: [User] } type User @key(fields: "id", resolvable: false) { id: ID! }`,
    },
    records: { User: users },
    resolvers: { Query: { viewer: () => users[1], everyone: () => [...users, null, ...users] } },
  });
}
