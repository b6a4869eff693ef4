/** What of the seeded catalogue the combinations ask for. */
export interface Goods {
  /** Ids of the roots, each with a branch below it. */
  readonly branches: readonly string[];
  /** Ids of products. */
  readonly productIds: readonly string[];
}

interface Asked {
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly sort?: { readonly field: string; readonly direction: "ASC" | "DESC" };
}

/** One way in which customers look through the catalogue. */
export interface Combination {
  readonly name: string;
  /** The arguments of `products` at the nth time: what is asked for differs from one time to the next. */
  readonly ask: (n: number, goods: Goods) => Asked;
  /** How many pages are passed before the one that is measured; none where it is left out. */
  readonly depth?: number;
}

const things = ["kettle", "lamp", "chair", "jacket", "planter", "notebook", "mug", "rug", "backpack", "shelf"];
const materials = ["oak", "steel", "linen", "wool", "glass", "leather", "cotton", "brass"];
const typed = ["ket", "la", "norr", "wa", "st", "bo", "ca", "pl", "s", "lin"];
const colors = ["black", "sand", "sage", "navy", "mustard", "plum", "terracotta"];
const makers = ["Norrland", "Quill", "Haven", "Brook", "Kestrel", "Ember", "Étoile"];

const byPrice = { field: "PRICE", direction: "ASC" } as const;
const byPriceDown = { field: "PRICE", direction: "DESC" } as const;
const byName = { field: "NAME", direction: "ASC" } as const;
const newest = { field: "CREATED_AT", direction: "DESC" } as const;
const byRelevance = { field: "RELEVANCE", direction: "DESC" } as const;

const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item;
const attribute = (name: string, ...values: string[]) => ({ name, values });

const manyAtOnce = (n: number, { branches }: Goods) => ({
  search: pick(typed, n),
  categoryId: pick(branches, n),
  minPriceMinor: 1_000,
  maxPriceMinor: 30_000,
  inStock: true,
  attributes: [attribute("color", pick(colors, n), pick(colors, n + 1), pick(colors, n + 3))],
});

export const combinations: readonly Combination[] = [
  { name: "a word × relevance", ask: (n) => ({ filter: { search: pick(things, n) }, sort: byRelevance }) },
  {
    name: "two words × price",
    ask: (n) => ({ filter: { search: `${pick(materials, n)} ${pick(things, n)}` }, sort: byPrice }),
  },
  { name: "a word being typed × name", ask: (n) => ({ filter: { search: pick(typed, n) }, sort: byName }) },
  {
    name: "a branch × price",
    ask: (n, { branches }) => ({ filter: { categoryId: pick(branches, n) }, sort: byPrice }),
  },
  { name: "in stock × newest", ask: () => ({ filter: { inStock: true }, sort: newest }) },
  {
    name: "a price range × name",
    ask: (n) => ({
      filter: { minPriceMinor: 1_000 + 700 * (n % 9), maxPriceMinor: 4_000 + 900 * (n % 7) },
      sort: byName,
    }),
  },
  {
    name: "attributes × price",
    ask: (n) => {
      const attributes = [
        attribute("material", pick(materials, n), pick(materials, n + 1), pick(materials, n + 2)),
        attribute("color", pick(colors, n), pick(colors, n + 2)),
      ];
      return { filter: { attributes }, sort: byPriceDown };
    },
  },
  { name: "ids × newest", ask: (_, { productIds }) => ({ filter: { ids: productIds.slice(0, 100) }, sort: newest }) },
  {
    name: "sold out in a branch × name",
    ask: (n, { branches }) => ({ filter: { inStock: false, categoryId: pick(branches, n) }, sort: byName }),
  },
  { name: "many at once × price", ask: (n, goods) => ({ filter: manyAtOnce(n, goods), sort: byPrice }) },
  {
    name: "two words and an attribute × relevance",
    ask: (n) => {
      const attributes = [attribute("maker", pick(makers, n), pick(makers, n + 1))];
      return { filter: { search: `${pick(typed, n)} ${pick(materials, n)}`, attributes }, sort: byRelevance };
    },
  },
  { name: "a deep page × price", ask: () => ({ sort: byPrice }), depth: 20 },
];
