import { createServer, type Server } from "node:net";
import sharp from "sharp";
import { type Seen, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";

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

async function upload(bytes: Buffer, contentType = "image/png"): Promise<{ id: string; status: number }> {
  const input = { contentType, bytes: Math.min(bytes.length, 5_242_880) };
  const { upload } = await shop.staff(requesting, { productId, input });
  const form = new FormData();
  for (const { name, value } of upload.fields) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(bytes)], { type: contentType }), "photo");
  const response = await fetch(upload.url, { method: "POST", body: form });
  return { id: upload.id, status: response.status };
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

it("attaches an upload once, however often it is asked, and to its own product only", async () => {
  const { id: uploadId } = await upload(await blank(8, 8).png().toBuffer());
  const other = await shop.addProduct();
  const elsewhere = await shop.staff(attaching, { productId: other, uploadId, alt: "x" });
  expect(elsewhere.errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
  const first = await shop.staff(attaching, { productId, uploadId, alt: "x" });
  expect(await shop.staff(attaching, { productId, uploadId, alt: "x" })).toEqual(first);
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
  expect((await fetch(`${endpoint}/${bucket}/uploads/${uploadId}`)).status).toBe(403);
  const { product } = await shop.staff(attaching, { productId, uploadId, alt: "x" });
  const image = product.images.at(-1);
  expect((await fetch(image?.url ?? "")).status).toBe(200);
  const removing = `mutation ($productId: ID!, $imageId: ID!) {
    removeProductImage(productId: $productId, imageId: $imageId) { product { images { id } } errors { code } } }`;
  const removed = await shop.staff(removing, { productId, imageId: image?.id });
  expect(removed.product.images).not.toContainEqual({ id: image?.id });
  expect((await fetch(image?.url ?? "")).ok).toBe(false);
  expect((await shop.staff(removing, { productId, imageId: image?.id })).errors).toMatchObject([{ code: "NOT_FOUND" }]);
});

describe("with an image store that never answers", () => {
  let silent: Server;
  let lame: TestCatalogue;
  beforeAll(async () => {
    silent = createServer((socket) => socket.resume().on("error", () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const endpoint = `http://127.0.0.1:${port}`;
    lame = await startCatalogue({ imageStore: { ...testConfig().imageStore, endpoint, publicUrl: endpoint } });
  });
  afterAll(async () => {
    await lame.stop();
    silent.close();
  });

  it("still shows products, and answers SERVICE_UNAVAILABLE to uploads", async () => {
    const id = await lame.addProduct({ name: "Seen" });
    expect((await lame.ask("query ($id: ID!) { product(id: $id) { name images { url } } }", { id })).data).toEqual({
      product: { name: "Seen", images: [] },
    });
    const input = { contentType: "image/png", bytes: 10 };
    const { errors } = await lame.ask(requesting, { productId: id, input }, "STAFF");
    expect(errors).toMatchObject([
      { extensions: { code: "SERVICE_UNAVAILABLE" }, path: ["requestProductImageUpload"] },
    ]);
  });
});
