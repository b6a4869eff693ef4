import { createId } from "@shop/ids";
import { createImageMaker, createImageStore } from "@shop/images";
import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import sharp from "sharp";
import { type Avatars, createAvatars } from "../src/avatars";
import { createDatabase } from "../src/database";
import { portrait, requesting, send, upload, type UploadPayload } from "./avatar-upload";
import { type Caller, type SignedInUser, startUserService, type TestUserService } from "./user-service";

const log = createLogger("avatars.test");
log.level = "silent";

let service: TestUserService;
let gate: TcpGate;
let user: SignedInUser;
beforeAll(async () => {
  gate = await startTcpGate(testStores().s3.endpoint);
  service = await startUserService({ imageEndpoint: new URL(gate.url).origin });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
});
beforeEach(async () => {
  gate.set("open");
  user = await service.register();
});

interface AttachPayload {
  readonly user: { avatarUrl: string | null; version: number } | null;
  readonly errors: { code: string; path: string[] }[];
}

async function attach(uploadId: string, who: Caller = user): Promise<AttachPayload> {
  const document = `mutation ($uploadId: ID!) { attachAvatar(uploadId: $uploadId) {
    user { avatarUrl version } errors { code path } } }`;
  const { data } = await service.ask(document, { uploadId }, who);
  return data?.["attachAvatar"] as AttachPayload;
}

const request = (who: Caller, contentType = "image/png", bytes = 1000) =>
  service.ask(requesting, { input: { contentType, bytes } }, who);

async function deleteAccount(): Promise<unknown> {
  const document = `mutation ($password: String!) { deleteAccount(password: $password) { accepted } }`;
  return (await service.ask(document, { password: user.password }, user)).data?.["deleteAccount"];
}

const rest = (method: string, path: string, body: object) =>
  fetch(`${service.origin}${path}`, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${user.accessToken}` },
    body: JSON.stringify(body),
  });

/** The keys that an upload has in the bucket. */
async function objectsOf(uploadId: string): Promise<string[]> {
  const store = createImageStore(service.config.imageStore, log);
  const prefixes = [`public/avatars/${uploadId}/`, `uploads/avatars/${uploadId}`];
  return (await Promise.all(prefixes.map((prefix) => store.list(prefix)))).flat();
}

it("shows a user's picture to anyone, cut square, without where it was taken", async () => {
  const photo = await portrait(600, 400)
    .withExif({ IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 12/1" }, IFD0: { Copyright: "secret place" } })
    .jpeg()
    .toBuffer();
  const uploadId = await upload(service, user, photo);
  const { user: shown, errors } = await attach(uploadId);
  expect(errors).toEqual([]);
  expect(shown?.version).toBe(2);
  const seen = await service.ask(`{ user(id: "${user.id}") { avatarUrl } }`);
  expect(seen.data).toEqual({ user: { avatarUrl: shown?.avatarUrl } });
  const served = await fetch(shown?.avatarUrl ?? "");
  expect(served.headers.get("content-type")).toBe("image/webp");
  expect(served.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  const bytes = Buffer.from(await served.arrayBuffer());
  const { width, height, exif } = await sharp(bytes).metadata();
  expect([width, height, exif]).toEqual([256, 256, undefined]);
  expect(await objectsOf(uploadId)).toHaveLength(1);
});

it("takes a picture once, however many at once ask, and of nobody else", async () => {
  const uploadId = await upload(service, user);
  const stranger = await service.register();
  expect((await attach(uploadId, stranger)).errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
  const [first, ...others] = await Promise.all(Array.from({ length: 12 }, () => attach(uploadId)));
  for (const again of [...others, await attach(uploadId)]) expect(again).toEqual(first);
  expect(first?.user).toMatchObject({ version: 2, avatarUrl: expect.any(String) as string });
  expect(await objectsOf(uploadId)).toHaveLength(1);
});

const hostileIds = ["", "\u0000", "\ud800", "x".repeat(20_000), '{"$gt":""}', "../../etc/passwd", createId("prd")];
it.each(hostileIds.map((id) => [JSON.stringify(id).slice(0, 30), id]))("knows no upload %s", async (_name, id) => {
  expect((await attach(id)).errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
});

it("shows the new picture instead of the old, which is gone", async () => {
  const old = await upload(service, user);
  const { user: before } = await attach(old);
  const { user: after } = await attach(await upload(service, user, await portrait(50, 90).jpeg().toBuffer()));
  expect(after?.avatarUrl).not.toBe(before?.avatarUrl);
  expect((await fetch(after?.avatarUrl ?? "")).status).toBe(200);
  expect((await fetch(before?.avatarUrl ?? "")).ok).toBe(false);
  expect(await objectsOf(old)).toEqual([]);
  expect((await attach(old)).errors).toMatchObject([{ code: "NOT_FOUND", path: ["uploadId"] }]);
});

it("takes a user's picture away with the account", async () => {
  const uploadId = await upload(service, user);
  const { user: shown } = await attach(uploadId);
  expect(await deleteAccount()).toEqual({ accepted: true });
  expect((await fetch(shown?.avatarUrl ?? "")).ok).toBe(false);
  expect(await objectsOf(uploadId)).toEqual([]);
});

it.each([
  ["image/svg+xml", 10, "UNSUPPORTED_IMAGE", ["input", "contentType"]],
  ["image/png", 5_242_881, "IMAGE_TOO_LARGE", ["input", "bytes"]],
  ["image/png", 0, "INVALID_INPUT", ["input", "bytes"]],
] as const)("gives no form for %s of %i bytes", async (contentType, bytes, code, path) => {
  const { data } = await request(user, contentType, bytes);
  expect(data?.["requestAvatarUpload"]).toEqual({ upload: null, errors: [{ code, path }] });
});

it("refuses what is no image, over REST too", async () => {
  const html = Buffer.from("<html><script>alert(1)</script></html>");
  expect(await attach(await upload(service, user, html))).toMatchObject({
    user: { avatarUrl: null },
    errors: [{ code: "UNSUPPORTED_IMAGE", path: ["uploadId"] }],
  });
  const asked = await rest("POST", "/v1/users/me/avatar-uploads", { contentType: "image/png", bytes: html.length });
  expect(asked.status).toBe(201);
  const form = (await asked.json()) as NonNullable<UploadPayload["upload"]>;
  await send(form, html);
  const refused = await rest("PUT", "/v1/users/me/avatar", { uploadId: form.id });
  expect(refused.status).toBe(415);
  expect(await refused.json()).toMatchObject({ code: "UNSUPPORTED_IMAGE" });
  await send(form, await portrait(40, 40).png().toBuffer());
  const taken = await rest("PUT", "/v1/users/me/avatar", { uploadId: form.id });
  expect(taken.status).toBe(200);
  expect(await taken.json()).toMatchObject({ avatarUrl: expect.stringContaining("/public/avatars/") as string });
});

it("asks who it is", async () => {
  const unauthenticated = { errors: [{ extensions: { code: "UNAUTHENTICATED" } }] };
  expect(await request({})).toMatchObject(unauthenticated);
  expect(await service.ask(`mutation { attachAvatar(uploadId: "x") { errors { code } } }`)).toMatchObject(
    unauthenticated,
  );
});

it("gives a user 20 forms a day, also to one who asks for all at once", async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => request(user)));
  const given = answers.filter(({ errors }) => errors === undefined);
  expect(given).toHaveLength(20);
  const refused = answers.find(({ errors }) => errors !== undefined);
  expect(refused?.errors).toMatchObject([{ extensions: { code: "RATE_LIMITED", retryAfterSeconds: 3_600 } }]);
});

it.each(["cut", "frozen"] as const)(
  "says so while the way to the image store is %s, and signs in all the same",
  async (state) => {
    const uploadId = await upload(service, user);
    gate.set(state);
    const unavailable = { errors: [{ extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 5 } }] };
    expect(await request(user)).toMatchObject(unavailable);
    expect(
      await service.ask(`mutation { attachAvatar(uploadId: "${uploadId}") { errors { code } } }`, {}, user),
    ).toMatchObject(unavailable);
    expect(await service.signIn(user.email, user.password)).toMatchObject({ id: user.id });
    gate.set("open");
    expect((await attach(uploadId)).errors).toEqual([]);
  },
);

describe("a day later", () => {
  /** What the service's own sweep does, as if all was a day old. */
  async function sweepADayLater(): Promise<void> {
    await service.sql("UPDATE avatar_uploads SET noted_at = noted_at - interval '25 hours'", []);
    await withAvatars(({ sweep }) => sweep());
  }

  async function withAvatars<T>(work: (avatars: Avatars) => Promise<T>): Promise<T> {
    const db = createDatabase({ url: service.config.databaseUrl, log });
    const imageStore = createImageStore(service.config.imageStore, log);
    try {
      return await work(createAvatars({ db, imageStore, imageMaker: createImageMaker(sharp), log }));
    } finally {
      await db.$disconnect();
    }
  }

  it("has what nobody attached removed, and nothing that is shown", async () => {
    const shown = await upload(service, user);
    const { user: seen } = await attach(shown);
    const forgotten = await upload(service, user);
    await sweepADayLater();
    expect(await objectsOf(forgotten)).toEqual([]);
    expect((await fetch(seen?.avatarUrl ?? "")).status).toBe(200);
    expect(await service.sql("SELECT 1 FROM avatar_uploads WHERE user_id = $1", [user.id])).toEqual([]);
    expect((await attach(forgotten)).errors).toMatchObject([{ code: "NOT_FOUND" }]);
  });

  it("has the picture of an account removed that was deleted while nothing could be", async () => {
    const uploadId = await upload(service, user);
    await attach(uploadId);
    await sweepADayLater();
    gate.set("cut");
    expect(await deleteAccount()).toEqual({ accepted: true });
    gate.set("open");
    expect(await objectsOf(uploadId)).toHaveLength(1);
    await sweepADayLater();
    expect(await objectsOf(uploadId)).toEqual([]);
  });
});
