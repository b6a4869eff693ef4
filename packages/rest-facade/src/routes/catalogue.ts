import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { defineRoute, pageQuery, type Route } from "../route";

const errors = "errors { code message path }";
const product = `id slug name description status category { id } price { amountMinor currency } available
  attributes { name value } images { id url alt width height contentType bytes } createdAt updatedAt version`;
const category = "id slug name parent { id } children { id slug name } path { id slug name } version";
const facets = `facets {
  categories { category { id slug name } count }
  priceRange { min { amountMinor currency } max { amountMinor currency } }
  attributes { name values { value count } }
}`;

const moneyInput = z.strictObject({ amountMinor: z.int(), currency: z.string() });
const attributes = z.array(z.strictObject({ name: z.string(), value: z.string() }));
const newProduct = {
  slug: z.string().nullish(),
  name: z.string(),
  description: z.string(),
  categoryId: z.string().nullish(),
  price: moneyInput,
  initialStock: z.int().optional(),
  attributes: attributes.nullish(),
  publish: z.boolean().optional(),
};
const productEdit = {
  slug: z.string().nullish(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  categoryId: z.string().nullish(),
  price: moneyInput.nullish(),
  attributes: attributes.nullish(),
  expectedVersion: z.int().nullish(),
};

const sorts = {
  price: { field: "PRICE", direction: "ASC" },
  "-price": { field: "PRICE", direction: "DESC" },
  name: { field: "NAME", direction: "ASC" },
  "-createdAt": { field: "CREATED_AT", direction: "DESC" },
  relevance: { field: "RELEVANCE", direction: "DESC" },
} as const;
const sortNames = ["price", "-price", "name", "-createdAt", "relevance"] as const satisfies (keyof typeof sorts)[];

const listQuery = {
  ...pageQuery,
  search: z.string().optional().describe("Words to look for"),
  category: z.string().optional().describe("A category's id; those below it count too"),
  minPrice: z.coerce.number().int().optional().describe("In minor units"),
  maxPrice: z.coerce.number().int().optional().describe("In minor units"),
  inStock: z.enum(["true", "false"]).optional().describe("Only what can be ordered now"),
  sort: z.enum(sortNames).optional().describe("relevance where there is a search, else -createdAt"),
};

/** `attr.<name>=<value>`, any number of them. */
function attributeFilters(query: Readonly<Record<string, unknown>>) {
  return Object.entries(query)
    .filter(([name]) => name.startsWith("attr."))
    .map(([name, value]) => ({ name: name.slice("attr.".length), values: [value].flat().map(String) }));
}

function listVariables(query: z.infer<z.ZodObject<typeof listQuery>>) {
  const { search, category: categoryId, minPrice, maxPrice, inStock, sort, limit, after } = query;
  const named = attributeFilters(query);
  return {
    filter: {
      search,
      categoryId,
      minPriceMinor: minPrice,
      maxPriceMinor: maxPrice,
      inStock: inStock === undefined ? undefined : inStock === "true",
      attributes: named.length === 0 ? undefined : named,
    },
    sort: sort === undefined ? undefined : sorts[sort],
    first: limit,
    after,
  };
}

const page = `edges { node { ${product} } } pageInfo { hasNextPage endCursor } totalCount ${facets}`;
const service = "product";

const productRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/products",
    summary: "Find products",
    access: "anyone",
    query: z.object(listQuery).catchall(z.union([z.string(), z.array(z.string())])),
    operation: `query Products($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
      products(filter: $filter, sort: $sort, first: $first, after: $after) { ${page} }
    }`,
    variables: ({ query }) => listVariables(query),
    answer: pageAt("products", ["totalCount", "facets"]),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products",
    summary: "Make a product",
    access: "staff",
    idempotent: true,
    body: z.strictObject(newProduct),
    ok: 201,
    operation: `mutation CreateProduct($input: CreateProductInput!) {
      createProduct(input: $input) { product { ${product} } ${errors} }
    }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("createProduct", "product"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/products/by-slug/{slug}",
    summary: "One product, by its slug",
    access: "anyone",
    operation: `query ProductBySlug($slug: String!) { productBySlug(slug: $slug) { ${product} } }`,
    answer: thingAt("productBySlug"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/products/{id}",
    summary: "One product",
    access: "anyone",
    operation: `query Product($id: ID!) { product(id: $id) { ${product} } }`,
    answer: thingAt("product"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/products/{id}",
    summary: "Change a product: what is absent stays, null clears",
    access: "staff",
    body: z.strictObject(productEdit),
    operation: `mutation UpdateProduct($id: ID!, $input: UpdateProductInput!) {
      updateProduct(id: $id, input: $input) { product { ${product} } ${errors} }
    }`,
    variables: ({ path, body }) => ({ ...path, input: body }),
    answer: payloadOf("updateProduct", "product"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/products/{id}",
    summary: "Archive a product: it is sold no more",
    access: "staff",
    ok: 204,
    operation: `mutation ArchiveProduct($id: ID!) { archiveProduct(id: $id) { ${errors} } }`,
    answer: payloadOf("archiveProduct"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/publish",
    summary: "Put a product on sale",
    access: "staff",
    operation: `mutation PublishProduct($id: ID!) { publishProduct(id: $id) { product { ${product} } ${errors} } }`,
    answer: payloadOf("publishProduct", "product"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/stock-adjustments",
    summary: "Add to the stock, or take from it",
    access: "staff",
    idempotent: true,
    body: z.strictObject({ delta: z.int(), reason: z.string() }),
    ok: 201,
    statuses: { INVALID_INPUT: 409 },
    operation: `mutation AdjustStock($input: AdjustStockInput!) {
      adjustStock(input: $input) { adjustment { id delta reason availableAfter createdAt } ${errors} }
    }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { productId: path["id"], ...body, idempotencyKey } }),
    answer: payloadOf("adjustStock", "adjustment"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/image-uploads",
    summary: "Ask for a form to upload an image with",
    access: "staff",
    body: z.strictObject({ contentType: z.string(), bytes: z.int() }),
    ok: 201,
    operation: `mutation RequestProductImageUpload($productId: ID!, $input: ImageUploadInput!) {
      requestProductImageUpload(productId: $productId, input: $input) {
        upload { id url fields { name value } expiresAt } ${errors}
      }
    }`,
    variables: ({ path, body }) => ({ productId: path["id"], input: body }),
    answer: payloadOf("requestProductImageUpload", "upload"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/images",
    summary: "Attach what was uploaded",
    access: "staff",
    body: z.strictObject({ uploadId: z.string(), alt: z.string() }),
    ok: 201,
    operation: `mutation AttachProductImage($productId: ID!, $uploadId: ID!, $alt: String!) {
      attachProductImage(productId: $productId, uploadId: $uploadId, alt: $alt) { product { ${product} } ${errors} }
    }`,
    variables: ({ path, body }) => ({ productId: path["id"], ...body }),
    answer: payloadOf("attachProductImage", "product"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/products/{id}/images/{imageId}",
    summary: "Take an image off a product",
    access: "staff",
    ok: 204,
    operation: `mutation RemoveProductImage($id: ID!, $imageId: ID!) {
      removeProductImage(productId: $id, imageId: $imageId) { ${errors} }
    }`,
    answer: payloadOf("removeProductImage"),
  }),
];

const categoryRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/categories",
    summary: "The categories at the root of the tree",
    access: "anyone",
    operation: `query Categories { categories { ${category} } }`,
    answer: thingAt("categories"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/categories",
    summary: "Make a category",
    access: "staff",
    idempotent: true,
    body: z.strictObject({ slug: z.string().nullish(), name: z.string(), parentId: z.string().nullish() }),
    ok: 201,
    operation: `mutation CreateCategory($input: CreateCategoryInput!) {
      createCategory(input: $input) { category { ${category} } ${errors} }
    }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("createCategory", "category"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/categories/{id}",
    summary: "One category",
    access: "anyone",
    operation: `query Category($id: ID!) { category(id: $id) { ${category} } }`,
    answer: thingAt("category"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/categories/{id}",
    summary: "Rename or move a category",
    access: "staff",
    body: z.strictObject({
      slug: z.string().nullish(),
      name: z.string().nullish(),
      parentId: z.string().nullish(),
      expectedVersion: z.int().nullish(),
    }),
    operation: `mutation UpdateCategory($id: ID!, $input: UpdateCategoryInput!) {
      updateCategory(id: $id, input: $input) { category { ${category} } ${errors} }
    }`,
    variables: ({ path, body }) => ({ ...path, input: body }),
    answer: payloadOf("updateCategory", "category"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/categories/{id}",
    summary: "Remove an empty category",
    access: "staff",
    ok: 204,
    operation: `mutation DeleteCategory($id: ID!) { deleteCategory(id: $id) { ${errors} } }`,
    answer: payloadOf("deleteCategory"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/categories/{id}/products",
    summary: "The products of a category and of all below it",
    access: "anyone",
    query: z.strictObject(pageQuery),
    operation: `query CategoryProducts($id: ID!, $first: Int, $after: String) {
      category(id: $id) { products(first: $first, after: $after) { ${page} } }
    }`,
    variables: ({ path, query: { limit, after } }) => ({ ...path, first: limit, after }),
    answer: pageAt("category.products", ["totalCount", "facets"]),
  }),
];

export const catalogueRoutes: readonly Route[] = [...productRoutes, ...categoryRoutes];
