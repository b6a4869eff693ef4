// Random catalogues and what lists of them must be, worked out in memory by the plainest means.
import fc from "fast-check";

export type Status = "DRAFT" | "ACTIVE" | "ARCHIVED";

/** A product as the model knows it. `order` tells which was made first. */
export interface ModelProduct {
  readonly id: string;
  readonly order: number;
  readonly name: string;
  readonly description: string;
  readonly status: Status;
  /** Which of `modelCategories`; null for none. */
  readonly category: number | null;
  readonly priceMinor: number;
  readonly stock: number;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

export interface ModelFilter {
  readonly search: string | null;
  readonly category: number | null;
  readonly minPriceMinor: number | null;
  readonly maxPriceMinor: number | null;
  readonly inStock: boolean | null;
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[] | null;
  readonly status: Status | null;
  /** Which products, counted round. */
  readonly ids: readonly number[] | null;
}

export interface ModelList {
  readonly filter: ModelFilter;
  readonly sort: { readonly field: "CREATED_AT" | "PRICE" | "NAME" | "RELEVANCE"; readonly direction: "ASC" | "DESC" };
  readonly first: number;
  /** Whose products are listed; null for all. */
  readonly within: number | null;
  readonly viewer: "STAFF" | "CUSTOMER";
}

/** Each with the one above it: a root, a chain below it, and another root. */
export const modelCategories: readonly (number | null)[] = [null, 0, 1, 1, null, 4];

// As they are written, and as they are found and sorted by. Few, so that products share them; some begin others.
const vocabulary: Readonly<Record<string, string>> = {
  steel: "steel",
  Steelworks: "steelworks",
  PAN: "pan",
  Crème: "creme",
  pancake: "pancake",
  Ærø: "aero",
  "12": "12",
  straße: "strasse",
};
const written = fc.constantFrom(...Object.keys(vocabulary));
const text = (words: fc.Arbitrary<string[]>): fc.Arbitrary<string> => words.map((all) => all.join(" "));
const few = <T>(of: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> => fc.array(of, { maxLength });

const names = ["material", "size"];
const attribute = fc.record({ name: fc.constantFrom(...names), value: written });
const status = fc.constantFrom<Status>(...Array<Status>(6).fill("ACTIVE"), "DRAFT", "ARCHIVED");
const category = fc.option(fc.nat(modelCategories.length - 1));
const priceMinor = fc.integer({ min: 0, max: 6 });

export const anyProduct: fc.Arbitrary<Omit<ModelProduct, "id" | "order">> = fc.record({
  name: text(fc.array(written, { minLength: 1, maxLength: 2 })),
  description: text(few(written, 3)),
  status,
  category,
  priceMinor,
  stock: fc.nat(2),
  attributes: fc.uniqueArray(attribute, { maxLength: 3, selector: ({ name, value }) => `${name} ${value}` }),
});

// Whole words, beginnings of some, in other cases and order; and one that nothing has.
const searched = fc.oneof(
  { weight: 6, arbitrary: written },
  { weight: 3, arbitrary: fc.constantFrom("st", "P", "pan", "CR", "ae", "1", "stras") },
  { weight: 1, arbitrary: fc.constantFrom("zebra", "!?") },
);

// Not too many at once: else nothing is ever found.
const oneIn = <T>(times: number, of: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: of });

const anyFilter: fc.Arbitrary<ModelFilter> = fc.record({
  search: oneIn(2, text(fc.array(searched, { minLength: 1, maxLength: 2 }))),
  category: oneIn(8, fc.nat(modelCategories.length - 1)),
  minPriceMinor: oneIn(8, fc.integer({ min: 0, max: 4 })),
  maxPriceMinor: oneIn(8, fc.integer({ min: 2, max: 6 })),
  inStock: oneIn(8, fc.boolean()),
  attributes: oneIn(
    6,
    few(fc.record({ name: fc.constantFrom(...names), values: fc.array(written, { minLength: 1, maxLength: 4 }) }), 2),
  ),
  status: oneIn(8, fc.constantFrom<Status>("ACTIVE", "DRAFT", "ARCHIVED")),
  ids: oneIn(8, fc.array(fc.nat(30), { maxLength: 20 })),
});

export const anyList: fc.Arbitrary<ModelList> = fc.record({
  filter: anyFilter,
  sort: fc.record({
    field: fc.constantFrom("CREATED_AT", "PRICE", "NAME", "RELEVANCE"),
    direction: fc.constantFrom("ASC", "DESC"),
  }),
  first: fc.integer({ min: 1, max: 8 }),
  within: oneIn(8, fc.nat(modelCategories.length - 1)),
  viewer: fc.constantFrom("STAFF", "CUSTOMER"),
});

const wordsOf = (text: string): string[] =>
  text
    .split(" ")
    .map((word) => (vocabulary[word] ?? word).toLowerCase())
    .filter((word) => /[a-z0-9]/.test(word));
const nameKeyOf = (name: string): string => wordsOf(name).join(" ");

function isBelow(category: number | null, top: number): boolean {
  for (let next: number | null = category; next !== null; next = modelCategories[next] ?? null) {
    if (next === top) return true;
  }
  return false;
}

/** Where the words of a search are all found: 0 in the name, 1 with the attributes, 2 with the description; null nowhere. */
export function tierOf(product: ModelProduct, search: string): number | null {
  const words = wordsOf(search);
  if (words.length === 0) return null;
  const begins = (texts: readonly string[]) => (word: string) =>
    texts.flatMap(wordsOf).some((own) => own.startsWith(word));
  const inName = begins([product.name]);
  const inAttributes = begins(product.attributes.map(({ value }) => value));
  const inDescription = (word: string): boolean => wordsOf(product.description).includes(word);
  if (words.every(inName)) return 0;
  if (words.every((word) => inName(word) || inAttributes(word))) return 1;
  return words.every((word) => inName(word) || inAttributes(word) || inDescription(word)) ? 2 : null;
}

/** All that a list has, in its order. */
export function expectedOf(products: readonly ModelProduct[], list: ModelList): ModelProduct[] {
  return products.filter((product) => isListed(product, products, list)).sort(comparison(list));
}

type Part = "category" | "prices" | { attribute: string };

/** @param leftOut of the filter, as each facet leaves out its own part */
function isListed(product: ModelProduct, all: readonly ModelProduct[], list: ModelList, leftOut?: Part): boolean {
  const { filter, within, viewer } = list;
  const { search, category, minPriceMinor, maxPriceMinor, inStock, attributes, status, ids } = filter;
  const attribute = typeof leftOut === "object" ? leftOut.attribute : undefined;
  const chosen = ids?.map((n) => all[n % all.length]?.id);
  return (
    (viewer === "STAFF" || product.status === "ACTIVE") &&
    (status === null || product.status === status) &&
    (within === null || isBelow(product.category, within)) &&
    (category === null || leftOut === "category" || isBelow(product.category, category)) &&
    (minPriceMinor === null || leftOut === "prices" || product.priceMinor >= minPriceMinor) &&
    (maxPriceMinor === null || leftOut === "prices" || product.priceMinor <= maxPriceMinor) &&
    (inStock === null || product.stock > 0 === inStock) &&
    (search === null || tierOf(product, search) !== null) &&
    (chosen === undefined || chosen.includes(product.id)) &&
    (attributes ?? []).every(
      ({ name, values }) =>
        name === attribute || product.attributes.some((own) => own.name === name && values.includes(own.value)),
    )
  );
}

function comparison({ filter, sort }: ModelList): (a: ModelProduct, b: ModelProduct) => number {
  const sign = sort.direction === "ASC" ? 1 : -1;
  const { search } = filter;
  const keyOf = (product: ModelProduct): string | number => {
    if (sort.field === "PRICE") return product.priceMinor;
    if (sort.field === "NAME") return nameKeyOf(product.name);
    // The best comes first where the most comes first.
    return sort.field === "RELEVANCE" && search !== null ? -(tierOf(product, search) ?? 0) : 0;
  };
  return (a, b) => {
    const [first, second] = [keyOf(a), keyOf(b)];
    return sign * (first < second ? -1 : first > second ? 1 : a.order - b.order);
  };
}

/** As the API answers them: categories by their number. */
export interface ModelFacets {
  readonly categories: { readonly category: number; readonly count: number }[];
  readonly priceRange: { readonly min: number; readonly max: number } | null;
  readonly attributes: {
    readonly name: string;
    readonly values: { readonly value: string; readonly count: number }[];
  }[];
}

export function facetsOf(products: readonly ModelProduct[], list: ModelList): ModelFacets {
  const listed = (leftOut?: Part): ModelProduct[] =>
    products.filter((product) => isListed(product, products, list, leftOut));
  const byCategory = listed("category");
  const prices = listed("prices").map((product) => product.priceMinor);
  const filtered = new Set((list.filter.attributes ?? []).map(({ name }) => name));
  return {
    categories: modelCategories
      .map((_, category) => ({
        category,
        count: byCategory.filter((product) => isBelow(product.category, category)).length,
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || a.category - b.category),
    priceRange: prices.length === 0 ? null : { min: Math.min(...prices), max: Math.max(...prices) },
    attributes: names.flatMap((name) => {
      const of = listed(filtered.has(name) ? { attribute: name } : undefined);
      const values = of.flatMap(({ attributes }) => attributes.filter((own) => own.name === name));
      const counts = new Map<string, number>();
      for (const { value } of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      const sorted = [...counts].map(([value, count]) => ({ value, count }));
      sorted.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
      return sorted.length === 0 ? [] : [{ name, values: sorted }];
    }),
  };
}
