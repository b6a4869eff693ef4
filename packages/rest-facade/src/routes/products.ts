import { z } from "zod";
import { type AnswerMapping, pageAt, payloadOf, thingAt } from "../answers";
import { exampleId, expectedVersion, idOf, imageUpload, money, text } from "../inputs";
import { objectOf, schemaAt } from "../json-schema";
import { defineRoute, type Route, userErrors } from "../route";
import { listQuery, listVariables, product, productPage } from "./product-list";

const attributes = z.array(z.strictObject({ name: text("colour"), value: text("red") }));
const slug = text("espresso-machine").nullish();
const name = text("Espresso machine");
const description = text("Nine bars of pressure.");
const newProduct = {
  slug,
  name,
  description,
  categoryId: idOf("cat").nullish(),
  price: money,
  initialStock: z.int32().optional(),
  attributes: attributes.nullish(),
  publish: z.boolean().optional(),
};
const productEdit = {
  slug,
  name: name.nullish(),
  description: description.nullish(),
  categoryId: idOf("cat").nullish(),
  price: money.nullish(),
  attributes: attributes.nullish(),
  expectedVersion,
};
const importRow = z.strictObject({ idempotencyKey: text("row-1"), ...newProduct });
const service = "product";

/** The rows' outcomes, each with its own errors. */
const imported: AnswerMapping = {
  read: (data) => {
    const outcome = payloadOf("importProducts", "results").read(data);
    return outcome.kind === "body" ? { kind: "body", body: { results: outcome.body } } : outcome;
  },
  describe: (data, ok) => ({ [ok]: objectOf({ results: schemaAt(data, "importProducts.results") }) }),
};

export const productRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/products",
    summary: "Find products",
    access: "anyone",
    query: listQuery,
    operation: `query Products($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
      products(filter: $filter, sort: $sort, first: $first, after: $after) { ${productPage} }
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
    location: "/v1/products/{id}",
    problems: {
      404: "There is no such category",
      409: "The slug is taken, or a call with this Idempotency-Key still runs",
    },
    operation: `mutation CreateProduct($input: CreateProductInput!) {
      createProduct(input: $input) { product { ${product} } ${userErrors} }
    }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("createProduct", "product"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/import",
    summary: "Make up to 1,000 products: each row succeeds or fails alone, and is safe to send again",
    access: "staff",
    body: z.strictObject({ products: z.array(importRow) }),
    operation: `mutation ImportProducts($input: ImportProductsInput!) {
      importProducts(input: $input) { results { index product { ${product} } ${userErrors} } ${userErrors} }
    }`,
    variables: ({ body }) => ({ input: body }),
    answer: imported,
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
    problems: { 409: "The slug is taken" },
    operation: `mutation UpdateProduct($id: ID!, $input: UpdateProductInput!) {
      updateProduct(id: $id, input: $input) { product { ${product} } ${userErrors} }
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
    operation: `mutation ArchiveProduct($id: ID!) { archiveProduct(id: $id) { ${userErrors} } }`,
    answer: payloadOf("archiveProduct"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/publish",
    summary: "Put a product on sale",
    access: "staff",
    operation: `mutation PublishProduct($id: ID!) { publishProduct(id: $id) { product { ${product} } ${userErrors} } }`,
    answer: payloadOf("publishProduct", "product"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/stock-adjustments",
    summary: "Add to the stock, or take from it",
    access: "staff",
    idempotent: true,
    body: z.strictObject({ delta: z.int32().meta({ examples: [5] }), reason: text("A delivery arrived") }),
    ok: 201,
    statuses: { INVALID_INPUT: 409 },
    problems: { 409: "There is less than that, or a call with this Idempotency-Key still runs" },
    operation: `mutation AdjustStock($input: AdjustStockInput!) {
      adjustStock(input: $input) { adjustment { id delta reason availableAfter createdAt } ${userErrors} }
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
    body: imageUpload,
    ok: 201,
    problems: { 413: "The image, or the body, is too large", 415: "Not a type of image that is taken, or no JSON" },
    operation: `mutation RequestProductImageUpload($productId: ID!, $input: ImageUploadInput!) {
      requestProductImageUpload(productId: $productId, input: $input) {
        upload { id url fields { name value } expiresAt } ${userErrors}
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
    body: z.strictObject({ uploadId: text(exampleId("upl")), alt: text("The machine, from the front") }),
    ok: 201,
    problems: {
      413: "The image is too large",
      415: "What was uploaded is no image that is taken, or the body no JSON",
    },
    operation: `mutation AttachProductImage($productId: ID!, $uploadId: ID!, $alt: String!) {
      attachProductImage(productId: $productId, uploadId: $uploadId, alt: $alt) { product { ${product} } ${userErrors} }
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
      removeProductImage(productId: $id, imageId: $imageId) { ${userErrors} }
    }`,
    answer: payloadOf("removeProductImage"),
  }),
];
