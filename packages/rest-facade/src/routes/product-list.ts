import { z } from "zod";
import { flag, idOf, inQuery, isTrue, pageQuery, text } from "../inputs";

/** What REST tells of a product. */
export const product = `id slug name description status category { id } price { amountMinor currency } available
  attributes { name value } images { id url alt width height contentType bytes } createdAt updatedAt version`;
const facets = `facets {
  categories { category { id slug name } count }
  priceRange { min { amountMinor currency } max { amountMinor currency } }
  attributes { name values { value count } }
}`;

/** A page of products, with how many there are and what they could be filtered by. */
export const productPage = `edges { node { ${product} } } pageInfo { hasNextPage endCursor } totalCount ${facets}`;

const sorts = {
  price: { field: "PRICE", direction: "ASC" },
  "-price": { field: "PRICE", direction: "DESC" },
  name: { field: "NAME", direction: "ASC" },
  "-createdAt": { field: "CREATED_AT", direction: "DESC" },
  relevance: { field: "RELEVANCE", direction: "DESC" },
} as const;
const sortNames = ["price", "-price", "name", "-createdAt", "relevance"] as const satisfies (keyof typeof sorts)[];

const named = {
  ...pageQuery,
  search: text("espresso").optional().describe("Words to look for"),
  category: idOf("cat").optional().describe("A category's id; those below it count too"),
  minPrice: inQuery(z.int().optional()).describe("In minor units"),
  maxPrice: inQuery(z.int().optional()).describe("In minor units"),
  inStock: flag.optional().describe("Only what can be ordered now"),
  sort: z.enum(sortNames).optional().describe("relevance where there is a search, else -createdAt"),
};

/** What is named, and `attr.<name>=<value>`, any number of them. */
export const listQuery = z
  .object(named)
  .catchall(z.union([z.string(), z.array(z.string())]))
  .check(({ value, issues }) => {
    const keys = Object.keys(value).filter((key) => !(key in named) && !key.startsWith("attr."));
    if (keys.length > 0) issues.push({ code: "unrecognized_keys", keys, input: value });
  });

function attributeFilters(query: Readonly<Record<string, unknown>>) {
  return Object.entries(query)
    .filter(([name]) => name.startsWith("attr."))
    .map(([name, value]) => ({ name: name.slice("attr.".length), values: [value].flat().map(String) }));
}

export function listVariables(query: z.infer<typeof listQuery>) {
  const { search, category: categoryId, minPrice, maxPrice, inStock, sort, limit, after } = query;
  const attributes = attributeFilters(query);
  return {
    filter: {
      search,
      categoryId,
      minPriceMinor: minPrice,
      maxPriceMinor: maxPrice,
      inStock: isTrue(inStock),
      attributes: attributes.length === 0 ? undefined : attributes,
    },
    sort: sort === undefined ? undefined : sorts[sort],
    first: limit,
    after,
  };
}
