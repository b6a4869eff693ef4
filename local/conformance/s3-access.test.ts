import { exchange, fetchSigned, readText, refusalOf, type SignedRequest } from "./s3-clients";
import { givenS3, type S3Target } from "./s3-process";
import { useS3 } from "./s3-scene";

const s3 = useS3();

const put = (key: string, content = key) => s3.client.putObject(s3.bucket, key, content);
const address = (path: string) => new URL(`/${s3.bucket}${path}`, s3.target.endpoint).href;
const statusOf = async (path: string, init?: RequestInit) => (await fetch(address(path), init)).status;

function send(request: Partial<SignedRequest> & { target?: Partial<S3Target> }): Promise<Response> {
  const target = { ...s3.target, ...request.target };
  return fetchSigned(target, { method: "PUT", path: `/${s3.bucket}/key`, body: "content", ...request });
}

function allow(action: string, resource: string): Promise<void> {
  const statement = {
    Effect: "Allow",
    Principal: { AWS: ["*"] },
    Action: [action],
    Resource: [`arn:aws:s3:::${s3.bucket}${resource}`],
  };
  return s3.client.setBucketPolicy(s3.bucket, JSON.stringify({ Version: "2012-10-17", Statement: [statement] }));
}

describe("anybody", () => {
  it("may do nothing without a policy", async () => {
    await put("key");
    expect(await statusOf("/key")).toBe(403);
    expect(await statusOf("/key", { method: "HEAD" })).toBe(403);
    expect(await statusOf("")).toBe(403);
    expect(await statusOf("/key", { method: "PUT", body: "mine" })).toBe(403);
    expect(await statusOf("/key", { method: "DELETE" })).toBe(403);
    expect(await statusOf("?policy")).toBe(403);
    // Refused for the whole, or for each key: that it is still there at the end tells.
    await fetch(address("?delete"), { method: "POST", body: "<Delete><Object><Key>key</Key></Object></Delete>" });
    expect(await statusOf("/key?uploads", { method: "POST" })).toBe(403);
    expect((await fetch(s3.target.endpoint)).status).toBe(403);
    expect((await fetch(`${address("")}-2`, { method: "PUT" })).status).toBe(403);
    expect(await readText(s3.client, s3.bucket, "key")).toBe("key");
  });

  it("may read under the prefix that a policy opens, and do nothing else", async () => {
    await put("public/image", "seen by all");
    await put("private/image");
    await put("publicity");
    await allow("s3:GetObject", "/public/*");
    const answer = await fetch(address("/public/image?v=2"));
    expect([answer.status, await answer.text()]).toEqual([200, "seen by all"]);
    expect(await statusOf("/public/image", { method: "HEAD" })).toBe(200);
    expect(await statusOf("/private/image")).toBe(403);
    expect(await statusOf("/publicity")).toBe(403);
    expect([403, 404]).toContain(await statusOf("/public/nothing"));
    expect(await statusOf("/public/image", { method: "PUT", body: "mine" })).toBe(403);
    expect(await statusOf("/public/image", { method: "DELETE" })).toBe(403);
    expect(await statusOf("?list-type=2")).toBe(403);
    await s3.client.setBucketPolicy(s3.bucket, "");
    expect(await statusOf("/public/image")).toBe(403);
  });

  it("may write and list where a policy says so", async () => {
    await allow("s3:PutObject", "/inbox/*");
    expect(await statusOf("/inbox/letter", { method: "PUT", body: "hello" })).toBe(200);
    expect(await readText(s3.client, s3.bucket, "inbox/letter")).toBe("hello");
    expect(await statusOf("/inbox/letter")).toBe(403);
    await allow("s3:ListBucket", "");
    expect(await statusOf("?list-type=2")).toBe(200);
    expect(await statusOf("/inbox/letter")).toBe(403);
  });
});

describe("a policy", () => {
  it.each([
    ["not JSON", "{"],
    ["of another bucket", policyOf("arn:aws:s3:::another/*")],
  ])("is refused when it is %s", async (_, policy) => {
    await expect(s3.client.setBucketPolicy(s3.bucket, policy)).rejects.toMatchObject({ code: "MalformedPolicy" });
  });

  function policyOf(resource: string): string {
    const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: resource };
    return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  }
});

describe("a signed request", () => {
  it("is taken as it is", async () => {
    expect((await send({})).status).toBe(200);
    expect((await send({ headers: { "x-amz-meta-colour": "  two   words " } })).status).toBe(200);
    expect((await s3.client.statObject(s3.bucket, "key")).size).toBe(7);
  });

  it.each([
    ["by another secret", { target: { secretKey: "another-secret" } }, 403, "SignatureDoesNotMatch"],
    ["by an unknown key", { target: { accessKey: "nobody" } }, 403, "InvalidAccessKeyId"],
    ["too long ago", { sentAt: new Date(Date.now() - 20 * 60_000) }, 403, "RequestTimeTooSkewed"],
    ["for later", { sentAt: new Date(Date.now() + 20 * 60_000) }, 403, "RequestTimeTooSkewed"],
    ["over another body", { claimedBody: "another" }, 400, "XAmzContentSHA256Mismatch"],
  ])("is refused when it was signed %s", async (_, request, status, code) => {
    expect(await refusalOf(await send(request))).toEqual({ status, code });
    await expect(s3.client.statObject(s3.bucket, "key")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("is refused with an MD5 that is not its body's", async () => {
    const headers = { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" };
    expect(await refusalOf(await send({ headers }))).toEqual({ status: 400, code: "BadDigest" });
    expect((await refusalOf(await send({ headers: { "content-md5": "?" } }))).code).toBe("InvalidDigest");
  });

  it("is refused when it is signed in another way", async () => {
    for (const authorization of ["AWS key:signature", "Bearer token", "AWS4-HMAC-SHA256 Credential=x"]) {
      expect([400, 403]).toContain(await statusOf("/key", { headers: { authorization } }));
    }
  });
});

describe("a signed link", () => {
  beforeEach(() => put("key", "content"));

  it("lets whoever has it read or write one object", async () => {
    const answer = await fetch(await s3.client.presignedGetObject(s3.bucket, "key", 60));
    expect([answer.status, await answer.text()]).toEqual([200, "content"]);
    const link = await s3.client.presignedPutObject(s3.bucket, "räume/ü b.txt", 60);
    expect((await fetch(link, { method: "PUT", body: "written" })).status).toBe(200);
    expect(await readText(s3.client, s3.bucket, "räume/ü b.txt")).toBe("written");
  });

  it("may choose headers of the answer", async () => {
    const wanted = { "response-content-disposition": 'attachment; filename="a+b c.png"', "response-expires": "0" };
    const { headers } = await fetch(await s3.client.presignedGetObject(s3.bucket, "key", 60, wanted));
    expect(headers.get("content-disposition")).toBe('attachment; filename="a+b c.png"');
  });

  it("is good for its method, object and parameters alone", async () => {
    const link = await s3.client.presignedGetObject(s3.bucket, "key", 60);
    const refused = { status: 403, code: "SignatureDoesNotMatch" };
    expect(await refusalOf(await fetch(link, { method: "PUT", body: "mine" }))).toEqual(refused);
    expect(await refusalOf(await fetch(link, { method: "DELETE" }))).toEqual(refused);
    expect(await refusalOf(await fetch(link.replace("/key?", "/other?")))).toEqual(refused);
    expect(await refusalOf(await fetch(link.replace("Expires=60", "Expires=600")))).toEqual(refused);
    expect(await refusalOf(await fetch(`${link}&response-content-type=text/html`))).toEqual(refused);
    expect(await refusalOf(await fetch(link.replace(/Signature=..../, "Signature=0000")))).toEqual(refused);
    expect(
      (await refusalOf(await fetch(link.replace(`Credential=${s3.target.accessKey}`, "Credential=nobody")))).code,
    ).toBe("InvalidAccessKeyId");
  });

  it("ends", async () => {
    const tenMinutesAgo = new Date(Date.now() - 600_000);
    const ended = await s3.client.presignedGetObject(s3.bucket, "key", 540, {}, tenMinutesAgo);
    const answer = await fetch(ended);
    expect(await refusalOf(answer)).toEqual({ status: 403, code: "AccessDenied" });
    const good = await s3.client.presignedGetObject(s3.bucket, "key", 660, {}, tenMinutesAgo);
    expect((await fetch(good)).status).toBe(200);
  });

  it("is refused when parts of it are missing or make no sense", async () => {
    const link = await s3.client.presignedGetObject(s3.bucket, "key", 60);
    for (const broken of [
      link.replace(/&X-Amz-Expires=\d+/, ""),
      link.replace("Expires=60", "Expires=-60"),
      link.replace("Expires=60", "Expires=6000000"),
      link.replace(/X-Amz-Date=\w+/, "X-Amz-Date=today"),
      link.replace("AWS4-HMAC-SHA256", "AWS5-HMAC-SHA256"),
    ]) {
      expect((await fetch(broken)).status).toBe(400);
    }
  });
});

describe("a browser on another origin", () => {
  const origin = "http://shop.example:3000";

  it.each(["GET", "PUT", "POST"])("hears that it may %s", async (method) => {
    const answer = await fetch(address("/key"), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type,x-amz-date",
      },
    });
    expect(answer.ok).toBe(true);
    expect(["*", origin]).toContain(answer.headers.get("access-control-allow-origin"));
    expect(answer.headers.get("access-control-allow-methods")).toContain(method);
    expect(answer.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("content-type");
  });

  it("may read answers, and refusals too", async () => {
    await put("key");
    const link = await s3.client.presignedGetObject(s3.bucket, "key", 60);
    const good = await fetch(link, { headers: { origin } });
    expect(["*", origin]).toContain(good.headers.get("access-control-allow-origin"));
    expect(good.headers.get("access-control-expose-headers")?.toLowerCase()).toMatch(/etag|\*/);
    const refused = await fetch(address("/key"), { headers: { origin } });
    expect(refused.status).toBe(403);
    expect(["*", origin]).toContain(refused.headers.get("access-control-allow-origin"));
  });
});

describe("junk", () => {
  it.each([
    ["what is not HTTP", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
    ["a target that is no path", "GET ftp:x HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a path that cannot be decoded", "GET /bucket/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
    ["a bucket that cannot be", "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
  ])("is refused and does no harm: %s", async (_, bytes) => {
    expect(await exchange(s3.target, bytes)).toMatch(/^HTTP\/1.1 40[04] /);
    expect(await s3.client.bucketExists(s3.bucket)).toBe(true);
  });

  it("does not become a path", async () => {
    for (const key of ["..%2f..%2f..%2fescaped", "%2e%2e/%2e%2e/escaped"]) {
      const answer = await fetchSigned(s3.target, { method: "PUT", path: `/${s3.bucket}/${key}`, body: "x" });
      expect(answer.status).toBeLessThan(500);
    }
    expect(await s3.client.bucketExists(s3.bucket)).toBe(true);
  });

  it("of a document gets 400", async () => {
    const headers = { "content-type": "application/xml" };
    for (const body of [
      "<Delete>",
      "<Delete></Delete>",
      "not xml",
      '<!DOCTYPE x [<!ENTITY e "e">]><Delete>&e;</Delete>',
    ]) {
      const answer = await fetchSigned(s3.target, {
        method: "POST",
        path: `/${s3.bucket}?delete=`,
        body,
        headers,
      });
      expect(answer.status).toBe(400);
    }
  });

  it("is a key of more than 1024 bytes", async () => {
    const path = `/${s3.bucket}/${"a".repeat(1025)}`;
    const answer = await fetchSigned(s3.target, { method: "PUT", path, body: "x" });
    expect(await refusalOf(answer)).toEqual({ status: 400, code: "KeyTooLongError" });
  });
});

const describeOwnServer = givenS3 === undefined ? describe : describe.skip;

describeOwnServer("as S3 has it and MinIO has not (so only a server of the suite's own is held to it)", () => {
  it("lets nobody choose the headers of what anybody may read", async () => {
    await put("image");
    await allow("s3:GetObject", "/*");
    const answer = await fetch(address("/image?response-content-type=text/html"));
    expect(await refusalOf(answer)).toEqual({ status: 400, code: "InvalidRequest" });
  });

  it("refuses a request with a header of S3's that was not signed", async () => {
    const answer = await send({ unsignedHeaders: { "x-amz-meta-colour": "green" } });
    expect(await refusalOf(answer)).toEqual({ status: 403, code: "AccessDenied" });
    await expect(s3.client.statObject(s3.bucket, "key")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("refuses a policy without statements", async () => {
    const policy = JSON.stringify({ Version: "2012-10-17" });
    await expect(s3.client.setBucketPolicy(s3.bucket, policy)).rejects.toMatchObject({ code: "MalformedPolicy" });
  });
});
