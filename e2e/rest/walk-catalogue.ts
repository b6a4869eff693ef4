import { randomUUID } from "node:crypto";
import { type Api } from "./api";
import { uploadPicture, type Upload } from "../test/upload";

interface Product {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
  readonly images: readonly { readonly id: string }[];
}

const price = { amountMinor: 4_900, currency: "EUR" };
const draft = () => ({ name: `Kettle ${randomUUID()}`, description: "Boils a litre in two minutes.", price });

/** All that staff does with products and categories, and customers read. @returns a product on sale, twenty of it */
export async function walkCatalogue(api: Api, staff: string): Promise<string> {
  const as = staff;
  const category = await api.ok<{ id: string; version: number }>("POST /v1/categories", {
    as,
    body: { name: `Kitchen ${randomUUID()}` },
  });
  const inCategory = { id: category.id };
  await api.ok("GET /v1/categories");
  await api.ok("GET /v1/categories/{id}", { path: inCategory });
  await api.ok("PATCH /v1/categories/{id}", { as, path: inCategory, body: { name: "Kitchen and table" } });

  const body = { ...draft(), categoryId: category.id, attributes: [{ name: "colour", value: "green" }] };
  const { id, slug } = await api.ok<Product>("POST /v1/products", { as, body });
  const path = { id };
  expect((await api.call("GET /v1/products/{id}", { path })).status).toBe(404); // a draft is staff's
  await api.ok("POST /v1/products/{id}/publish", { as, path });
  await api.ok("POST /v1/products/{id}/stock-adjustments", { as, path, body: { delta: 20, reason: "A delivery" } });
  await walkImages(api, as, id);
  await walkVersions(api, as, id);
  await api.ok("GET /v1/products/{id}", { path });
  await api.ok("GET /v1/products/by-slug/{slug}", { path: { slug } });
  const query = { category: category.id, "attr.colour": "green", inStock: "true", sort: "-price", limit: "1" };
  expect(await api.ok("GET /v1/products", { query })).toMatchObject({
    items: [{ id }],
    totalCount: 1,
    nextCursor: null,
  });
  await api.ok("GET /v1/categories/{id}/products", { path: inCategory });
  expect((await api.call("DELETE /v1/categories/{id}", { as, path: inCategory })).status).toBe(409);

  const rows = [
    { idempotencyKey: "1", ...draft() },
    { idempotencyKey: "2", ...draft(), price: { ...price, currency: "USD" } },
  ];
  const { results } = await api.ok<{ results: { product: Product | null; errors: object[] }[] }>(
    "POST /v1/products/import",
    {
      as,
      body: { products: rows },
    },
  );
  expect(results).toMatchObject([{ errors: [] }, { product: null, errors: [{ code: "CURRENCY_MISMATCH" }] }]);
  await api.ok("DELETE /v1/products/{id}", { as, path: { id: results[0]?.product?.id ?? "" } });
  const empty = await api.ok<{ id: string }>("POST /v1/categories", { as, body: { name: `Empty ${randomUUID()}` } });
  await api.ok("DELETE /v1/categories/{id}", { as, path: { id: empty.id } });
  return id;
}

async function walkImages(api: Api, as: string, productId: string): Promise<void> {
  const path = { id: productId };
  const { id } = await uploadPicture((body) =>
    api.ok<Upload>("POST /v1/products/{id}/image-uploads", { as, path, body }),
  );
  const { images } = await api.ok<Product>("POST /v1/products/{id}/images", {
    as,
    path,
    body: { uploadId: id, alt: "Green" },
  });
  const image = { id: productId, imageId: images[0]?.id ?? "" };
  await api.ok("DELETE /v1/products/{id}/images/{imageId}", { as, path: image });
}

/** Two who read the same version: the second to write is told so. */
async function walkVersions(api: Api, as: string, id: string): Promise<void> {
  const path = { id };
  const tag = (await api.call("GET /v1/products/{id}", { as, path })).headers.get("etag") ?? "";
  const headers = { "if-match": tag };
  await api.ok("PATCH /v1/products/{id}", { as, path, headers, body: { description: "Boils faster." } });
  const late = await api.call("PATCH /v1/products/{id}", { as, path, headers, body: { description: "Boils." } });
  expect([late.status, late.body]).toEqual([412, expect.objectContaining({ code: "VERSION_CONFLICT" })]);
}
