import { createGraph } from "./harness/graph";

const parcels = [
  {
    id: "1",
    weight: 5,
    size: { width: 2, height: 3, boxes: [{ depth: 1 }, { depth: 0 }] },
    tags: ["a", ""],
    owner: { id: "o1" },
  },
  { id: "2", weight: 0, size: null, tags: [], owner: { id: "o2" } },
  { id: "3", weight: null, size: { width: 0, height: null, boxes: null }, tags: null, owner: null },
];
const owners = [
  { id: "o1", zone: 3 },
  { id: "o2", zone: 0 },
];
const full = (parcel: { id: string }) => parcels.find(({ id }) => id === parcel.id);

interface Parcel {
  readonly id: string;
  readonly weight?: number | null;
  readonly size?: { width: number; height: number | null; boxes: { depth: number }[] | null } | null;
  readonly tags?: string[] | null;
  readonly owner?: { id: string; zone?: number } | null;
  readonly shipping?: string;
  readonly insurance?: string;
}

const shipping = (weight: unknown, size: Parcel["size"]) =>
  `${JSON.stringify(weight)}/${JSON.stringify(size && [size.width, size.height])}`;
const volume = (size: Parcel["size"]) => JSON.stringify(size?.boxes?.map(({ depth }) => depth) ?? null);

const query = "type Query { parcels: [Parcel!]! parcel(id: ID!): Parcel }";
const fields = {
  store: "weight: Int size: Size tags: [String] owner: Owner",
  shipping: "shipping: String volume: String labels: String zone: String",
};
const size = "type Size { width: Int height: Int boxes: [Box!] } type Box { depth: Int }";
const shared = "type Size @shareable { width: Int height: Int boxes: [Box!] } type Box @shareable { depth: Int }";
const graph = createGraph({
  monolith: `
    ${query} ${size}
    type Parcel { id: ID! ${fields.store} ${fields.shipping} insurance: String total: String }
    type Owner { id: ID! zone: Int }`,
  subgraphs: {
    store: `
      ${query} ${shared}
      type Parcel @key(fields: "id") { id: ID! ${fields.store} }
      type Owner @key(fields: "id") { id: ID! }`,
    owners: `type Owner @key(fields: "id") { id: ID! zone: Int }`,
    shipping: `
      ${shared}
      type Parcel @key(fields: "id") {
        id: ID!
        weight: Int @external
        size: Size @external
        tags: [String] @external
        owner: Owner @external
        shipping: String @requires(fields: "weight size { width height }")
        volume: String @requires(fields: "size { boxes { depth } }")
        labels: String @requires(fields: "tags")
        zone: String @requires(fields: "owner { zone }")
      }
      type Owner @key(fields: "id") { id: ID! zone: Int @external }`,
    insurance: `type Parcel @key(fields: "id") {
      id: ID! shipping: String @external insurance: String @requires(fields: "shipping")
    }`,
    totals: `type Parcel @key(fields: "id") {
      id: ID! insurance: String @external weight: Int @external total: String @requires(fields: "insurance weight")
    }`,
  },
  records: { Parcel: parcels, Owner: owners },
  resolvers: {
    Query: {
      parcels: () => parcels,
      parcel: (_parent, { id }: { id: string }) => parcels.find((parcel) => parcel.id === id),
    },
    Owner: { zone: ({ id }: { id: string }) => owners.find((owner) => owner.id === id)?.zone },
  },
  own: {
    monolith: {
      Parcel: {
        shipping: (parcel: Parcel) => shipping(parcel.weight, parcel.size),
        volume: ({ size: its }: Parcel) => volume(its),
        labels: ({ tags }: Parcel) => JSON.stringify(tags),
        zone: ({ owner }: Parcel) => JSON.stringify(owner && (owners.find(({ id }) => id === owner.id)?.zone ?? null)),
        insurance: (parcel: Parcel) => `insured ${shipping(parcel.weight, parcel.size)}`,
        total: (parcel: Parcel) =>
          `insured ${shipping(parcel.weight, parcel.size)}+${JSON.stringify(full(parcel)?.weight)}`,
      },
    },
    shipping: {
      Parcel: {
        shipping: (parcel: Parcel) => shipping(parcel.weight, parcel.size),
        volume: ({ size: its }: Parcel) => volume(its),
        labels: ({ tags }: Parcel) => JSON.stringify(tags),
        zone: ({ owner }: Parcel) => JSON.stringify(owner && (owner.zone ?? null)),
      },
    },
    insurance: { Parcel: { insurance: (parcel: Parcel) => `insured ${parcel.shipping}` } },
    totals: { Parcel: { total: (parcel: Parcel) => `${parcel.insurance}+${JSON.stringify(parcel.weight)}` } },
  },
});

it.each([
  ["a field of several subgraphs' values", "{ parcels { shipping } }"],
  ["an object's fields", "{ parcels { volume } }"],
  ["a list", "{ parcels { labels } }"],
  ["a field of another entity", "{ parcels { zone } }"],
  ["a field that itself requires one", "{ parcels { insurance } }"],
  ["a chain of three", `{ parcels { total } parcel(id: "2") { total } }`],
  [
    "all of it, beside what is required",
    "{ parcels { total insurance shipping weight size { width boxes { depth } } zone owner { zone id } } }",
  ],
  ["what is required under another name", "{ parcels { mass: weight shipping s: size { w: width } } }"],
  ["another field under a required one's name", `{ parcels { weight: shipping size: labels tags: id } }`],
  ["the same at two places", `{ a: parcels { shipping } b: parcel(id: "1") { shipping insurance } }`],
])("answers %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("shows nothing of what was only required", async () => {
  const { data } = await graph.run(`{ parcel(id: "1") { total } }`);
  expect(data).toEqual({ parcel: { total: "insured 5/[2,3]+5" } });
});
