import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { expectedVersion, idOf, pageQuery, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";
import { productPage } from "./product-list";

const category = "id slug name parent { id } children { id slug name } path { id slug name } version";
const slug = text("coffee").nullish();
const name = text("Coffee");
const parentId = idOf("cat").nullish();
const service = "product";

export const categoryRoutes: readonly Route[] = [
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
    body: z.strictObject({ slug, name, parentId }),
    ok: 201,
    location: "/v1/categories/{id}",
    problems: {
      404: "There is no such parent",
      409: "The slug is taken, or a call with this Idempotency-Key still runs",
    },
    operation: `mutation CreateCategory($input: CreateCategoryInput!) {
      createCategory(input: $input) { category { ${category} } ${userErrors} }
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
    body: z.strictObject({ slug, name: name.nullish(), parentId, expectedVersion }),
    problems: { 409: "The slug is taken" },
    operation: `mutation UpdateCategory($id: ID!, $input: UpdateCategoryInput!) {
      updateCategory(id: $id, input: $input) { category { ${category} } ${userErrors} }
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
    problems: { 409: "There are products or categories in it" },
    operation: `mutation DeleteCategory($id: ID!) { deleteCategory(id: $id) { ${userErrors} } }`,
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
      category(id: $id) { products(first: $first, after: $after) { ${productPage} } }
    }`,
    variables: ({ path, query: { limit, after } }) => ({ ...path, first: limit, after }),
    answer: pageAt("category.products", ["totalCount", "facets"]),
  }),
];
