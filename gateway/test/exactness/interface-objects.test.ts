import { createGraph } from "./harness/graph";
import { failure } from "./harness/schemas";

const books = [
  { __typename: "Book", id: "1", title: "Emma", pages: 400, score: 5 },
  { __typename: "Book", id: "3", title: "Ulysses", pages: 700, score: 0 },
];
const films = [
  { __typename: "Film", id: "2", title: "Alien", minutes: 117, score: null },
  { __typename: "Film", id: "4", title: "Brazil", minutes: 132, score: 2 },
];
const all = [books[0], films[0], books[1]];
const tops = [films[0], books[1], books[1]];

const common = "id: ID! title: String";
const reviewed = "reviews(first: Int = 2): [Review!]! score: Int risky: String";
const queries = {
  media: "media: [Media!]! one(id: ID!): Media books: [Book!]!",
  top: "top: [Media!]! best: Media latest: [Review!]!",
};
const graph = createGraph({
  monolith: `
    type Query { ${queries.media} ${queries.top} }
    interface Media { ${common} ${reviewed} }
    interface Printed { title: String pages: Int }
    union Shelved = Book
    type Shelf { top: Shelved }
    type Book implements Media & Printed { ${common} ${reviewed} pages: Int hard: Int! shelf: Shelf }
    type Film implements Media { ${common} ${reviewed} minutes: Int }
    type Review { text: String about: Media }`,
  subgraphs: {
    media: `
      type Query { ${queries.media} }
      interface Media @key(fields: "id") { ${common} }
      interface Printed { title: String pages: Int }
      union Shelved = Book
      type Shelf { top: Shelved }
      type Book implements Media & Printed @key(fields: "id") { ${common} pages: Int hard: Int! shelf: Shelf }
      type Film implements Media @key(fields: "id") { ${common} minutes: Int }`,
    reviews: `
      type Query { ${queries.top} }
      type Media @key(fields: "id") @interfaceObject { id: ID! ${reviewed} }
      type Review { text: String about: Media }`,
  },
  records: { Book: books, Film: films },
  resolvers: {
    Query: {
      media: () => all,
      books: () => books,
      one: (_parent, { id }: { id: string }) => [...books, ...films].find((media) => media.id === id),
      top: () => tops,
      best: () => books[0],
      latest: () => [
        { text: "good", about: films[0] },
        { text: "", about: null },
        { text: null, about: books[0] },
      ],
    },
    ...Object.fromEntries(
      ["Book", "Film", "Media"].map((type) => [
        type,
        {
          reviews: (media: { id: string }, { first }: { first: number }) =>
            Array.from({ length: first }, (_, index) => ({ text: `${media.id}/${index}`, about: all[index] })),
          hard: () => failure("too hard"),
          risky: ({ id }: { id: string }) => {
            if (id === "2") throw failure("too risky");
            return id;
          },
        },
      ]),
    ),
  },
});

it.each([
  ["fields that an interface object adds, on the interface", "{ media { score reviews { text } } }"],
  ["them on one member", "{ media { ... on Book { score } ... on Film { reviews(first: 1) { text } } } }"],
  ["them on a list of one member", "{ books { score title reviews { text } } }"],
  ["an interface object's __typename", "{ top { __typename } best { __typename } }"],
  ["its __typename under another name", "{ top { id: __typename key: id } }"],
  ["what it does not have", "{ top { title id } best { title score } }"],
  ["a member's fields", "{ top { ... on Book { pages title } ... on Film { minutes score } } }"],
  ["a member that it is not", "{ best { ... on Film { minutes } } }"],
  ["its own fields on a member", "{ top { ... on Book { score } } best { ... on Film { score } } }"],
  [
    "it inside a list of values",
    "{ latest { text about { id __typename ... on Book { pages } reviews(first: 1) { about { title } } } } }",
  ],
  ["there and back", "{ media { reviews { about { title score reviews(first: 1) { about { __typename } } } } } }"],
  ["aliases", `{ a: one(id: "2") { id: title title: score } b: one(id: "404") { score } }`],
  ["an error in a field that it adds", "{ media { risky } top { risky title } books { risky } }"],
  [
    "fragments on other interfaces",
    "{ top { ... on Printed { pages title } } best { ... on Printed { __typename } id } }",
  ],
  [
    "fragments on unions",
    "{ best { ... on Shelved { __typename } } top { ... on Shelved { ... on Media { score title } } } }",
  ],
  ["null for what only an entity that failed could be", "{ best { ... on Book { hard } } }"],
  ["null for it beside what is known of it", "{ best { id score ... on Book { title hard } } books { score } }"],
  ["nothing but the key", "{ top { id } }"],
])("answers %s", async (_what, operation) => {
  await graph.expectSame(operation);
});
