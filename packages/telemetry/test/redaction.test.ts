import { AxiosLikeError, capture } from "./captured-log";

const jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJlLW9mLWl0";
const secret = "hunter2-Zx9";
const mail = "ada.lovelace+shop@example.co.uk";

function nested(depth: number, leaf: object): object {
  return depth === 0 ? leaf : { inner: nested(depth - 1, leaf) };
}

function circular(): object {
  const node: Record<string, unknown> = { password: secret };
  node["self"] = node;
  node["list"] = [node];
  return node;
}

const attacks: Record<string, unknown> = {
  "a key in a deep place": nested(6, { password: secret }),
  "a key in a deeper place than is shown": nested(40, { password: secret }),
  "keys in other spellings": [
    ...["PASSWORD", "new_password", "currentPassword", "passwordHash", "PassPhrase", "access_token", "refreshToken"],
    ...["X-Access-Token", "client-secret", "API_KEY", "x-api-key", "private_key", "AWS_SECRET_ACCESS_KEY", "sessionId"],
    ...["Set-Cookie", "Proxy-Authorization", "x-shop-service-credential", "pwd", "otp", "cvc", "card_number"],
    ...["Email", "e-mail", "phoneNumber", "display_name", "line1", "postal_code", "ip"],
  ].map((key) => ({ [key]: secret })),
  "header objects": { headers: { Authorization: `Bearer ${secret}`, cookie: `sid=${secret}` } },
  "headers as pairs of names and values": { rawHeaders: ["Host", "shop", "Authorization", secret, "Cookie", secret] },
  "headers as entries": { headers: [["authorization", secret]], more: [{ name: "Authorization", value: secret }] },
  "a Headers of fetch": { headers: new Map([["authorization", secret]]) },
  "a Map, and a Map in a Set": { seen: new Set([new Map([["token", secret]])]) },
  "a key of a Map that is an address": new Map([[mail, 1]]),
  "a circular object": circular(),
  "an error of an HTTP client": new AxiosLikeError({
    config: {
      headers: { Authorization: `Bearer ${jwt}` },
      auth: { username: "a", password: secret },
      data: `{"password":"${secret}"}`,
    },
    response: { data: { refreshToken: jwt } },
  }),
  "an error of Prisma": Object.assign(new Error(`Unique constraint failed: email=${mail}`), {
    meta: { target: ["email"], driverAdapterError: { cause: { constraint: { fields: [mail] } } } },
  }),
  "an error of kafkajs": Object.assign(new Error("SASL PLAIN"), {
    broker: `kafka://user:${secret}@broker:9092`,
    sasl: { username: "u", password: secret },
  }),
  "an error of nodemailer": Object.assign(new Error(`550 no such user <${mail}>`), {
    rejected: [mail],
    command: `AUTH PLAIN password=${secret}`,
  }),
  "causes of causes": new Error("outer", {
    cause: new Error("inner", { cause: { authorization: `Basic ${secret}` } }),
  }),
  "an AggregateError": new AggregateError([new Error(`token=${secret}`), { password: secret }]),
  "addresses with credentials": {
    at: `postgresql://shop:${secret}@db:5432/user`,
    url: new URL(`redis://:${secret}@cache`),
  },
  "addresses with tokens": [
    `https://shop/verify?token=${secret}&x=1`,
    `/reset?a=1&access_token=${secret}`,
    `https://s3/b?X-Amz-Signature=${secret}&X-Amz-Credential=${secret}`,
    `refused: token=${secret}`,
    `?redirect=%2Fa%3Ftoken%3D${secret}`,
  ],
  "Authorization within a text": [`sent Authorization: Bearer ${secret}`, `curl -H 'authorization: Basic ${secret}'`],
  "JWTs within a text": `the token ${jwt} was refused`,
  "JSON within a text": [
    `{"password":"${secret}"}`,
    JSON.stringify(JSON.stringify({ a: { token: secret } })),
    `{'secret': '${secret}'}`,
  ],
  "addresses of people within a text": [
    `no account for ${mail}`,
    `mailto:${mail}`,
    `to=%3C${encodeURIComponent(mail)}%3E`,
  ],
  "a private key": `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
  bytes: { body: Buffer.from(secret), view: new Uint8Array(Buffer.from(secret)) },
  "what toJSON tells": { toJSON: () => secret, token: secret },
  "a getter that throws": Object.defineProperty({ password: secret }, "a", {
    enumerable: true,
    get: () => {
      throw new Error(secret);
    },
  }),
  "a secret that the bound on length cuts in two": `${"x".repeat(7_990)} ${mail} password=${secret}`,
};

const leaks = new RegExp([secret, jwt.slice(0, 30), "lovelace", "aHVudGVyMi1aeDk"].join("|"));

it.each(Object.entries(attacks))("keeps out of a line %s", (_what, attack) => {
  const { log, lines } = capture();
  log.error({ attack }, "an attack");
  log.error(attack, "an attack itself");
  log.error({ err: attack });
  log.info("an attack %j, %s and %o", attack as object, attack, attack as object);
  log.info(typeof attack === "string" ? attack : "nothing");
  log.child({ attack }).child({ more: attack }).warn("from a child");
  expect(lines).toHaveLength(6);
  for (const line of lines) {
    expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(line).not.toMatch(leaks);
    expect(line.match(/\n/g)).toEqual(["\n"]);
  }
});

it("keeps what one looks for", () => {
  const { log, entries } = capture();
  const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" });
  log.warn(
    { err: new Error("the database does not answer", { cause }), orderId: "ord_1", retryInMs: 200, at: new Date(0) },
    "waiting for %s",
    "PostgreSQL",
  );
  expect(entries()).toEqual([
    expect.objectContaining({
      ...{ level: 40, name: "test", msg: "waiting for PostgreSQL", orderId: "ord_1", retryInMs: 200 },
      at: "1970-01-01T00:00:00.000Z",
      err: {
        ...{ type: "Error", message: "the database does not answer" },
        stack: expect.stringMatching(/redaction\.test\.ts:\d+:\d+/) as string,
        cause: expect.objectContaining({ code: "ECONNREFUSED", message: cause.message }) as object,
      },
    }),
  ]);
  log.error(cause);
  expect(entries().at(-1)).toMatchObject({ msg: cause.message, err: { code: "ECONNREFUSED" } });
});

it("names where it was cut, and writes no line without a bound", () => {
  const { log, lines } = capture();
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, "v".repeat(10_000)]));
  const bushy = (depth: number): unknown => (depth === 0 ? "leaf" : Array.from({ length: 40 }, () => bushy(depth - 1)));
  log.info({ text: "x".repeat(5_000_000) }, "y".repeat(5_000_000));
  log.info({ list: Array.from({ length: 100_000 }, (_, index) => index) });
  log.info({ bushy: bushy(4) });
  log.info(wide);
  expect(lines[0]).toContain("(5000000 characters)");
  expect(lines[1]).toContain("more");
  for (const line of lines) expect(line.length).toBeLessThan(600_000);
});

it("is not slowed down by texts that were made to be slow", () => {
  const { log, lines } = capture();
  const parts = [
    "a.",
    "eyJ",
    "a=",
    "://a:",
    '\\\\"',
    "x@",
    "%3D",
    "bearer ",
    "-----BEGIN A PRIVATE KEY-----",
    "token:'",
  ];
  for (const part of parts) log.info({ text: part.repeat(Math.ceil(8_000 / part.length)) });
  expect(lines).toHaveLength(parts.length); // a pattern that tries every way would not come back
});
