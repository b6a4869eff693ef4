import { createServiceCredential, createServiceVerifier } from "../src";

const secret = "a secret that only services share";
const verify = createServiceVerifier({ secret });

afterEach(() => {
  jest.useRealTimers();
});

it("tells the service of a credential, again and again", async () => {
  const credential = await createServiceCredential({ service: "gateway", secret })();
  expect(await verify(credential)).toBe("gateway");
  expect(await verify(credential)).toBe("gateway");
});

it("refuses one that it has known, once that has ended", async () => {
  const credential = await createServiceCredential({ service: "gateway", secret })();
  await verify(credential);
  jest.useFakeTimers({ now: Date.now() + 60_000, doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  expect(await verify(credential)).toBeNull();
});

it("refuses one of another secret, one that was changed, and none at all", async () => {
  const credential = await createServiceCredential({ service: "gateway", secret })();
  await verify(credential);
  const [header = "", , signature = ""] = credential.split(".");
  const claims = { sub: "order", aud: "shop-internal", exp: Math.ceil(Date.now() / 1_000) + 60 };
  const other = Buffer.from(JSON.stringify(claims)).toString("base64url");
  expect(await verify([header, other, signature].join("."))).toBeNull();
  expect(await verify(await createServiceCredential({ service: "gateway", secret: "another secret" })())).toBeNull();
  expect(await verify(undefined)).toBeNull();
});
