import { createImageStore } from "@shop/images";
import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { createConnection } from "mongoose";
import sharp from "sharp";
import { openCatalogue } from "../src/catalogue";
import { log, type Seen, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";

let shop: TestCatalogue;
let productId: string;
beforeAll(async () => {
  shop = await startCatalogue();
  productId = await shop.addProduct();
});
afterAll(() => shop.stop());

const requesting = `mutation ($productId: ID!, $input: ImageUploadInput!) {
  requestProductImageUpload(productId: $productId, input: $input) {
    upload { id url fields { name value } expiresAt } errors { code path } } }`;
const attaching = `mutation ($productId: ID!, $uploadId: ID!, $alt: String!) {
  attachProductImage(productId: $productId, uploadId: $uploadId, alt: $alt) {
    product { version images { id url alt width height contentType bytes } } errors { code path } } }`;
const removing = `mutation ($productId: ID!, $imageId: ID!) {
  removeProductImage(productId: $productId, imageId: $imageId) { product { images { id } } errors { code path } } }`;

type Form = Seen["upload"];

/** Sends a form as a page of another origin does. @param change of its fields */
async function send(upload: Form, bytes: Buffer, change: Readonly<Record<string, string>> = {}): Promise<Response> {
  const form = new FormData();
  const fields = new Map(upload.fields.map(({ name, value }) => [name, value]));
  for (const [name, value] of [...fields, ...Object.entries(change)]) form.set(name, value);
  form.append("file", new Blob([new Uint8Array(bytes)]), "photo");
  return fetch(upload.url, { method: "POST", body: form, headers: { origin: "https://shop.example" } });
}

async function request(contentType = "image/png", bytes = 1000): Promise<Form> {
  const { upload } = await shop.staff(requesting, { productId, input: { contentType, bytes } });
  return upload;
}

async function upload(bytes: Buffer, contentType = "image/png"): Promise<{ id: string; status: number }> {
  const form = await request(contentType, bytes.length);
  const { status } = await send(form, bytes);
  return { id: form.id, status };
}

async function attach(bytes: Buffer, contentType?: string): Promise<Seen> {
  const { id, status } = await upload(bytes, contentType);
  expect(status).toBeLessThan(300);
  return shop.staff(attaching, { productId, uploadId: id, alt: "A kettle" });
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#8fa98f" } });

it.each(["png", "jpeg", "webp", "avif"] as const)("takes a %s, without what else the file carries", async (format) => {
  const bytes = await blank(30, 20)
    .withExif({ IFD0: { Copyright: "secret place" } })
    .toFormat(format)
    .toBuffer();
  expect(bytes.includes("secret place")).toBe(true);
  const { product, errors } = await attach(bytes, `image/${format}`);
  expect(errors).toEqual([]);
  const image = product.images.at(-1);
  expect(image).toMatchObject({ alt: "A kettle", width: 30, height: 20, contentType: `image/${format}` });
  const served = await fetch(image?.url ?? "");
  expect(served.headers.get("content-type")).toBe(`image/${format}`);
  const publicBytes = Buffer.from(await served.arrayBuffer());
  expect(publicBytes.includes("secret place")).toBe(false);
  expect((await sharp(publicBytes).metadata()).width).toBe(30);
});

it("decides from the bytes, not from what they are called", async () => {
  const png = await blank(8, 8).png().toBuffer();
  const { product } = await attach(png, "image/jpeg");
  expect(product.images.at(-1)).toMatchObject({ contentType: "image/png" });
});

it.each([
  ["HTML called a PNG", Buffer.from("<html><script>alert(1)</script></html>")],
  ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  [
    "HTML behind a PNG's first bytes",
    Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.from("<html>")]),
  ],
])("refuses %s", async (_what, bytes) => {
  const { product, errors } = await attach(bytes);
  expect(product).toBeNull();
  expect(errors).toMatchObject([{ code: "UNSUPPORTED_IMAGE", path: ["uploadId"] }]);
});

it.each([
  [{ contentType: "image/svg+xml", bytes: 10 }, "UNSUPPORTED_IMAGE", ["input", "contentType"]],
  [{ contentType: "image/png", bytes: 5_242_881 }, "IMAGE_TOO_LARGE", ["input", "bytes"]],
  [{ contentType: "image/png", bytes: 0 }, "INVALID_INPUT", ["input", "bytes"]],
])("gives no form for %j", async (input, code, path) => {
  const { upload, errors } = await shop.staff(requesting, { productId, input });
  expect(upload).toBeNull();
  expect(errors).toMatchObject([{ code, path }]);
});

it("takes by a form what its policy says, and nothing else", async () => {
  const form = await request();
  const png = await blank(8, 8).png().toBuffer();
  const wrong: Record<string, string>[] = [
    { key: "public/products/mine.png" },
    { key: "uploads/products/another" },
    { "Content-Type": "text/html" },
    { acl: "public-read" },
  ];
  for (const change of wrong) expect((await send(form, png, change)).status).toBe(403);
  expect((await send(form, Buffer.alloc(5 * 1024 * 1024 + 1, png))).status).toBe(400);
  expect((await send(form, Buffer.alloc(0))).status).toBe(400);
  const unsigned = { ...form, fields: form.fields.filter(({ name }) => name !== "x-amz-signature") };
  expect((await send(unsigned, png)).ok).toBe(false);
  expect((await send(form, Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024 - png.length)]))).ok).toBe(true);
});

it("lets pages of other origins upload and show", async () => {
  const origin = "https://shop.example";
  const form = await request();
  const asked = { origin, "access-control-request-method": "POST" };
  const preflight = await fetch(form.url, { method: "OPTIONS", headers: asked });
  expect(preflight.ok).toBe(true);
  const sent = await send(form, await blank(8, 8).png().toBuffer());
  const { product } = await shop.staff(attaching, { productId, uploadId: form.id, alt: "x" });
  const shown = await fetch(product.images.at(-1)?.url ?? "", { headers: { origin } });
  for (const { headers } of [preflight, sent, shown]) {
    expect(["*", origin]).toContain(headers.get("access-control-allow-origin"));
  }
  expect(shown.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
});

it("offers each image in smaller sizes", async () => {
  const { id: uploadId } = await upload(await blank(1200, 600).jpeg().toBuffer(), "image/jpeg");
  const { product } = await shop.staff(
    `mutation ($productId: ID!, $uploadId: ID!) { attachProductImage(productId: $productId, uploadId: $uploadId, alt: "x") {
      product { images { url full: url(size: FULL) medium: url(size: MEDIUM) small: url(size: SMALL) } } } }`,
    { productId, uploadId },
  );
  const image = product.images.at(-1) as unknown as Record<"url" | "full" | "medium" | "small", string>;
  expect(image.full).toBe(image.url);
  const seen = await Promise.all(
    [image.full, image.medium, image.small].map(async (url) => {
      const response = await fetch(url);
      const { width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      return [response.headers.get("content-type"), width, height];
    }),
  );
  expect(seen).toEqual([
    ["image/jpeg", 1200, 600],
    ["image/webp", 960, 480],
    ["image/webp", 240, 120],
  ]);
});

it("attaches an upload once, however often and however many at once ask, and to its own product only", async () => {
  const { id: uploadId } = await upload(await blank(300, 300).png().toBuffer());
  const other = await shop.addProduct();
  const elsewhere = await shop.staff(attaching, { productId: other, uploadId, alt: "x" });
  expect(elsewhere.errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
  const attach = () => shop.staff(attaching, { productId, uploadId, alt: "x" });
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, attach));
  for (const again of [...others, await attach()]) expect(again).toEqual(first);
  const image = first?.product.images.at(-1);
  expect(first?.product.images.filter(({ id }) => id === image?.id)).toHaveLength(1);
  expect((await fetch(image?.url ?? "")).status).toBe(200);
  expect(await objectsOf(uploadId)).toHaveLength(3);

  await shop.staff(removing, { productId, imageId: image?.id });
  expect((await attach()).errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
  expect(await objectsOf(uploadId)).toEqual([]);
});

it("holds 20 images of a product, and writes nothing of the one too many", async () => {
  const full = await shop.addProduct();
  const connection = await createConnection(shop.config.mongoUrl).asPromise();
  const images = Array.from({ length: 20 }, (_, index) => ({ id: `img_${index}`, uploadId: `upl_${index}` }));
  await connection.collection<{ _id: string }>("products").updateOne({ _id: full }, { $set: { images } });
  await connection.close();
  const { upload: form } = await shop.staff(requesting, {
    productId: full,
    input: { contentType: "image/png", bytes: 10 },
  });
  await send(form, await blank(8, 8).png().toBuffer());
  const { errors } = await shop.staff(attaching, { productId: full, uploadId: form.id, alt: "x" });
  expect(errors).toMatchObject([{ code: "INVALID_INPUT", path: ["uploadId"] }]);
  expect(await objectsOf(form.id)).toEqual([`uploads/products/${form.id}`]);
});

it("removes after a day what nobody attached, and nothing that is shown", async () => {
  const { id: forgotten } = await upload(await blank(8, 8).png().toBuffer());
  const { id: attached } = await upload(await blank(8, 8).png().toBuffer());
  const { product } = await shop.staff(attaching, { productId, uploadId: attached, alt: "x" });
  const connection = await createConnection(shop.config.mongoUrl).asPromise();
  const aDayAgo = { $set: { notedAt: new Date(Date.now() - 86_400_001) } };
  const uploads = connection.collection<{ _id: string }>("uploads");
  await uploads.updateMany({ _id: { $in: [forgotten, attached] } }, aDayAgo);
  const catalogue = await openCatalogue(shop.config, log);
  await catalogue.images.removeForgottenUploads();
  expect(await uploads.countDocuments({ _id: { $in: [forgotten, attached] } })).toBe(0);
  await catalogue.store.close();
  await connection.close();
  const { errors } = await shop.staff(attaching, { productId, uploadId: forgotten, alt: "x" });
  expect(errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
  expect((await fetch(product.images.at(-1)?.url ?? "")).status).toBe(200);
});

it("attaches nothing that was not uploaded", async () => {
  const input = { contentType: "image/png", bytes: 10 };
  const { upload } = await shop.staff(requesting, { productId, input });
  const { errors } = await shop.staff(attaching, { productId, uploadId: upload.id, alt: "x" });
  expect(errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
});

it("keeps uploads to itself, and shows attached images to anyone until they are removed", async () => {
  const { id: uploadId } = await upload(await blank(8, 8).png().toBuffer());
  const { endpoint, bucket } = shop.config.imageStore;
  for (const path of [`uploads/products/${uploadId}`, "", "?list-type=2&prefix=public/"]) {
    expect((await fetch(`${endpoint}/${bucket}/${path}`)).status).toBe(403);
  }
  const { product } = await shop.staff(attaching, { productId, uploadId, alt: "x" });
  const image = product.images.at(-1);
  for (const method of ["PUT", "POST", "DELETE"]) {
    expect((await fetch(image?.url ?? "", { method })).ok).toBe(false);
  }
  const mine = `${endpoint}/${bucket}/public/products/mine.html`;
  expect((await fetch(mine, { method: "PUT", body: "<script>" })).status).toBe(403);
  expect((await fetch(image?.url ?? "")).status).toBe(200);
  const removed = await shop.staff(removing, { productId, imageId: image?.id });
  expect(removed.product.images).not.toContainEqual({ id: image?.id });
  expect((await fetch(image?.url ?? "")).ok).toBe(false);
  expect((await shop.staff(removing, { productId, imageId: image?.id })).errors).toMatchObject([{ code: "NOT_FOUND" }]);
});

describe("without its image store", () => {
  let gate: TcpGate;
  let lame: TestCatalogue;
  beforeAll(async () => {
    const { imageStore } = testConfig();
    gate = await startTcpGate(imageStore.endpoint);
    const endpoint = new URL(gate.url).origin;
    lame = await startCatalogue({ imageStore: { ...imageStore, endpoint, publicUrl: endpoint } });
  });
  afterAll(async () => {
    await lame.stop();
    await gate.stop();
  });

  it.each(["cut", "frozen"] as const)(
    "shows products, and answers SERVICE_UNAVAILABLE to uploads, while the way to it is %s",
    async (state) => {
      gate.set("open");
      const id = await lame.addProduct({ name: "Seen" });
      const input = { contentType: "image/png", bytes: 10 };
      const { upload: form } = await lame.staff(requesting, { productId: id, input });
      expect((await send(form, await blank(8, 8).png().toBuffer())).ok).toBe(true);
      const { product } = await lame.staff(attaching, { productId: id, uploadId: form.id, alt: "x" });

      gate.set(state);
      const reading = "query ($id: ID!) { product(id: $id) { name images { url } } }";
      expect((await lame.ask(reading, { id })).data).toEqual({
        product: { name: "Seen", images: [{ url: product.images[0]?.url }] },
      });
      const upload = { productId: id, uploadId: form.id, alt: "x" };
      expect((await lame.staff(attaching, upload)).errors).toEqual([]); // what is attached needs no store
      const { errors } = await lame.ask(requesting, { productId: id, input }, "STAFF");
      expect(errors).toMatchObject([
        { extensions: { code: "SERVICE_UNAVAILABLE" }, path: ["requestProductImageUpload"] },
      ]);
      const removed = await lame.staff(removing, { productId: id, imageId: product.images[0]?.id });
      expect(removed).toMatchObject({ product: { images: [] }, errors: [] }); // the objects go later
      const late = await lame.ask(attaching, upload, "STAFF");
      expect(late.errors).toMatchObject([{ extensions: { code: "SERVICE_UNAVAILABLE" } }]);
      gate.set("open");
      expect((await lame.staff(requesting, { productId: id, input })).errors).toEqual([]);
    },
  );
});

/** The keys that an upload has in the bucket. */
async function objectsOf(uploadId: string): Promise<string[]> {
  const store = createImageStore(shop.config.imageStore, log);
  const prefixes = [`public/products/${uploadId}/`, `uploads/products/${uploadId}`];
  return (await Promise.all(prefixes.map((prefix) => store.list(prefix)))).flat();
}
