import { type Client, type PostPolicy } from "minio";
import { createBucket, createClient, list, readText, refusalOf } from "./s3-clients";
import { useS3 } from "./s3-scene";

const s3 = useS3();

interface Upload {
  /** What the owner signs, instead of an image of 4 to 1024 bytes at "uploads/image.png". */
  readonly policy?: (policy: PostPolicy) => void;
  readonly signedBy?: Client;
  /** Fields that the sender changes, adds, or (undefined) leaves out. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly content?: string;
  readonly to?: string;
}

/** What a browser does with a form that the owner signed. */
async function upload({ policy: change, signedBy = s3.client, fields, content = "an image", to }: Upload = {}) {
  const policy = s3.client.newPostPolicy();
  policy.setBucket(s3.bucket);
  policy.setExpires(new Date(Date.now() + 60_000));
  if (change === undefined) {
    policy.setKey("uploads/image.png");
    policy.setContentType("image/png");
    policy.setContentLengthRange(4, 1024);
  } else change(policy);
  const { postURL, formData } = await signedBy.presignedPostPolicy(policy);
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...(formData as Record<string, string>), ...fields })) {
    if (value !== undefined) form.append(name, value);
  }
  form.append("file", new Blob([content], { type: "image/png" }), "photo.png");
  return fetch(to ?? postURL, { method: "POST", body: form, headers: { origin: "http://shop.example" } });
}

const nothingStored = async () => expect(await list(s3.client, s3.bucket)).toEqual([]);

it("takes what the policy asks for", async () => {
  const answer = await upload();
  expect(answer.status).toBe(204);
  expect(answer.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
  expect(answer.headers.get("access-control-allow-origin")).toMatch(/^(\*|http:\/\/shop\.example)$/);
  expect(await readText(s3.client, s3.bucket, "uploads/image.png")).toBe("an image");
  const { metaData } = await s3.client.statObject(s3.bucket, "uploads/image.png");
  expect(metaData).toMatchObject({ "content-type": "image/png" });
});

it("takes a file of exactly the smallest and the largest length", async () => {
  expect((await upload({ content: "1234" })).status).toBe(204);
  expect((await upload({ content: "x".repeat(1024) })).status).toBe(204);
});

it.each([
  ["larger", "x".repeat(1025), "EntityTooLarge"],
  ["much larger", "x".repeat(3_000_000), "EntityTooLarge"],
  ["smaller", "x", "EntityTooSmall"],
])("refuses a file that is %s than the policy has it", async (_, content, code) => {
  expect(await refusalOf(await upload({ content }))).toEqual({ status: 400, code });
  await nothingStored();
});

it.each([
  ["another key", { key: "evil.png" }],
  ["another content type", { "Content-Type": "text/html" }],
  ["no content type", { "Content-Type": undefined }],
  ["a field that the policy does not name", { "x-amz-meta-extra": "x" }],
  ["another field of S3", { "Cache-Control": "no-store" }],
  ["another credential", { "x-amz-date": "20200101T000000Z", "x-amz-credential": undefined }],
])("refuses %s", async (_, fields) => {
  const { status } = await refusalOf(await upload({ fields }));
  expect([400, 403]).toContain(status);
  await nothingStored();
});

it("says which condition did not hold", async () => {
  expect(await refusalOf(await upload({ fields: { key: "evil.png" } }))).toEqual({ status: 403, code: "AccessDenied" });
});

it("refuses a signature that is wrong, of another secret, of an unknown key, or over another policy", async () => {
  const wrong = { status: 403, code: "SignatureDoesNotMatch" };
  expect(await refusalOf(await upload({ fields: { "x-amz-signature": "00" } }))).toEqual(wrong);
  const otherSecret = createClient({ ...s3.target, secretKey: "another-secret" });
  expect(await refusalOf(await upload({ signedBy: otherSecret }))).toEqual(wrong);
  const stranger = createClient({ ...s3.target, accessKey: "nobody" });
  expect((await refusalOf(await upload({ signedBy: stranger }))).code).toBe("InvalidAccessKeyId");
  const open = { expiration: new Date(Date.now() + 60_000).toISOString(), conditions: [["starts-with", "$key", ""]] };
  const policy = Buffer.from(JSON.stringify(open)).toString("base64");
  expect(await refusalOf(await upload({ fields: { policy } }))).toEqual(wrong);
  await nothingStored();
});

it("refuses a form that has expired", async () => {
  const expired = (policy: PostPolicy) => {
    policy.setKey("uploads/image.png");
    policy.setExpires(new Date(Date.now() - 1000));
  };
  expect(await refusalOf(await upload({ policy: expired }))).toEqual({ status: 403, code: "AccessDenied" });
  await nothingStored();
});

it("refuses a form for another bucket", async () => {
  const other = await createBucket(s3.client);
  const to = new URL(`/${other.name}`, s3.target.endpoint).href;
  expect((await upload({ to })).status).toBe(403);
  expect(await list(s3.client, other.name)).toEqual([]);
  await other.remove();
});

it("refuses a form without a policy, or without its signature", async () => {
  expect((await upload({ fields: { policy: undefined } })).status).toBe(403);
  expect([400, 403]).toContain((await upload({ fields: { "x-amz-signature": undefined } })).status);
  await nothingStored();
});

it("lets the sender choose where the policy leaves the choice", async () => {
  const prefix = (policy: PostPolicy) => {
    policy.setKeyStartsWith("uploads/");
    policy.setContentTypeStartsWith("image/");
    policy.setUserMetaData({ colour: "green" });
  };
  const webp = { key: "uploads/${filename}", "Content-Type": "image/webp" };
  expect((await upload({ policy: prefix, fields: webp })).status).toBe(204);
  const { metaData } = await s3.client.statObject(s3.bucket, "uploads/photo.png");
  expect(metaData).toMatchObject({ "content-type": "image/webp", colour: "green" });
  expect((await upload({ policy: prefix, fields: { ...webp, key: "elsewhere/x" } })).status).toBe(403);
  expect((await upload({ policy: prefix, fields: { ...webp, "Content-Type": "text/html" } })).status).toBe(403);
  expect((await upload({ policy: prefix, fields: { ...webp, "x-amz-meta-colour": "red" } })).status).toBe(403);
});

it("answers with the status that the policy names", async () => {
  const created = (policy: PostPolicy) => {
    policy.setKey("key");
    policy.policy.conditions.push(["eq", "$success_action_status", "201"]);
    policy.formData["success_action_status"] = "201";
  };
  const answer = await upload({ policy: created });
  expect(answer.status).toBe(201);
  expect(await answer.text()).toContain("<Key>key</Key>");
});

describe("a body that is no such form", () => {
  const post = (body: BodyInit, contentType?: string) =>
    fetch(new URL(`/${s3.bucket}`, s3.target.endpoint), {
      method: "POST",
      body,
      ...(contentType === undefined ? {} : { headers: { "content-type": contentType } }),
    });

  it.each([
    ["has no boundary", "x", "multipart/form-data"],
    ["is cut off", '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nke', "multipart/form-data; boundary=b"],
    ["is empty", "", "multipart/form-data; boundary=b"],
  ])("is refused when it %s", async (_, body, contentType) => {
    const { status } = await post(body, contentType);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    await nothingStored();
  });

  it("is refused without a file", async () => {
    const form = new FormData();
    form.append("key", "key");
    const { status } = await post(form);
    expect([400, 403]).toContain(status);
  });

  it("is refused with a field that is far too long", async () => {
    const form = new FormData();
    form.append("key", "k".repeat(2_000_000));
    form.append("file", new Blob(["x"]), "x");
    const { status } = await post(form);
    expect([400, 403]).toContain(status);
  });
});
