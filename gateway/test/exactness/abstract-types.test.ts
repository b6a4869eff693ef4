import { createGraph } from "./harness/graph";

const books = [
  { __typename: "Book", id: "b1", title: "Emma", pages: 400, authorId: "a1" },
  { __typename: "Book", id: "b2", title: null, pages: 0, authorId: "a2" },
];
const films = [{ __typename: "Film", id: "f1", title: "Alien", minutes: 117, authorId: "a1" }];
const songs = [{ __typename: "Song", title: "Hey", seconds: 180 }];
const authors = [
  { id: "a1", name: "Jane", favourite: films[0] },
  { id: "a2", name: "", favourite: songs[0] },
];
const feed = [books[0], films[0], songs[0], null, books[1]];

const query = "type Query { feed: [Item] works: [Work!]! favourite: Item nothing: Work }";
const graph = createGraph({
  monolith: `
    ${query}
    union Item = Book | Film | Song
    interface Titled { title: String }
    interface Work implements Titled { id: ID! title: String author: Author rating: Int }
    type Book implements Work & Titled { id: ID! title: String author: Author rating: Int pages: Int }
    type Film implements Work & Titled { id: ID! title: String author: Author rating: Int minutes: Int }
    type Song implements Titled { title: String seconds: Int }
    type Author { id: ID! name: String favourite: Item }`,
  subgraphs: {
    library: `
      ${query}
      union Item = Book | Film | Song
      interface Titled { title: String }
      interface Work implements Titled { id: ID! title: String author: Author }
      type Book implements Work & Titled @key(fields: "id") { id: ID! title: String author: Author pages: Int }
      type Film implements Work & Titled @key(fields: "id") { id: ID! title: String author: Author }
      type Song implements Titled { title: String @shareable seconds: Int @shareable }
      type Author @key(fields: "id") { id: ID! }`,
    ratings: `
      interface Work { id: ID! rating: Int }
      type Book implements Work @key(fields: "id") { id: ID! rating: Int }
      type Film implements Work @key(fields: "id") { id: ID! rating: Int minutes: Int }`,
    authors: `
      union Item = Book | Film | Song
      type Book @key(fields: "id", resolvable: false) { id: ID! }
      type Film @key(fields: "id", resolvable: false) { id: ID! }
      type Song { title: String @shareable seconds: Int @shareable }
      type Author @key(fields: "id") { id: ID! name: String favourite: Item }`,
  },
  records: { Book: books, Film: films, Author: authors },
  resolvers: {
    Query: {
      feed: () => feed,
      works: () => [...films, ...books],
      favourite: () => films[0],
      nothing: () => null,
    },
    Book: {
      author: ({ authorId }: { authorId: string }) => authors.find(({ id }) => id === authorId),
      rating: ({ id }: { id: string }) => (id === "b1" ? 0 : 5),
    },
    Film: {
      author: ({ authorId }: { authorId: string }) => authors.find(({ id }) => id === authorId),
      rating: () => null,
    },
  },
});

it.each([
  ["a union by __typename alone", "{ feed { __typename } favourite { __typename } }"],
  [
    "members of a union",
    "{ feed { ... on Book { pages rating } ... on Film { minutes title } ... on Song { seconds } } }",
  ],
  ["a union by an interface that some of it implement", "{ feed { ... on Work { id rating author { name } } } }"],
  ["a union by an interface that all of it implement", "{ feed { ... on Titled { title } __typename } }"],
  ["a member that is not there", "{ favourite { ... on Book { pages rating } } }"],
  ["an interface's own fields", "{ works { id title rating author { name } } nothing { rating } }"],
  [
    "an interface's fields and a member's",
    "{ works { rating ... on Film { minutes rating } ... on Book { pages } id } }",
  ],
  ["fragments within fragments", "{ feed { ... on Work { ... on Book { ... on Titled { title } rating } } } }"],
  ["fragments that contradict each other", "{ works { ... on Book { ... on Work { ... on Film { minutes } } } } }"],
  [
    "one name for a field of each member",
    "{ feed { ... on Book { n: pages } ... on Film { n: minutes } ... on Song { n: seconds } } }",
  ],
  ["one name for fields of several subgraphs", "{ works { ... on Book { n: rating } ... on Film { n: minutes } } }"],
  ["__typename among fragments", "{ works { ... on Book { kind: __typename } ... on Titled { __typename } } }"],
  [
    "unions within entities",
    "{ works { author { favourite { __typename ... on Work { title rating } ... on Song { title } } } } }",
  ],
  ["stubs whose owner must be asked", "{ works { author { favourite { ... on Film { title minutes rating } } } } }"],
  [
    "named fragments, used more than once",
    `{ feed { ...Any } works { ...Rated author { favourite { ...Any } } } favourite { ...Any } }
     fragment Any on Item { ...Rated ... on Song { seconds } }
     fragment Rated on Work { rating title ...Length }
     fragment Length on Work { ... on Book { pages } ... on Film { minutes } }`,
  ],
  [
    "the order of fields that fragments give",
    "{ works { ... on Film { minutes } ... on Work { rating } id ... on Book { pages title } title } }",
  ],
])("answers %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("does not ask for members that are not there", async () => {
  graph.requests.clear();
  await graph.expectSame("{ favourite { ... on Book { rating } ... on Song { title } } }");
  expect(graph.requests.representations()).toEqual([]);
});
