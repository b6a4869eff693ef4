import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import { formatServiceKey, parseEnvironment, secret, secretsOf, servicePrivateKey, servicePublicKeys } from "../src";

const environment = z.object({
  KEY: servicePrivateKey().describe("Mine."),
  KEYS: servicePublicKeys().describe("Theirs."),
  TOKEN: secret("development-token").describe("Ours."),
});
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519").publicKey;
const [mine, theirs] = [formatServiceKey(privateKey), formatServiceKey(publicKey)];

it("reads what it has written, two public keys too", () => {
  const outcome = parseEnvironment(environment, { KEY: mine, KEYS: `${theirs}, ${formatServiceKey(other)}` });
  if (!outcome.ok) throw new Error(outcome.problems.join());
  expect(outcome.values.KEY.equals(privateKey)).toBe(true);
  expect(outcome.values.KEYS.map((key) => [publicKey, other].findIndex((one) => one.equals(key)))).toEqual([0, 1]);
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
it.each([
  ["nothing that is a key", "nonsense", "nonsense"],
  ["a key of the other kind", theirs, mine],
  ["a key of another algorithm", formatServiceKey(rsa.privateKey), formatServiceKey(rsa.publicKey)],
  ["one of two that is none", mine.slice(0, -8), `${theirs},`],
])("names each variable that holds %s, and does not repeat it", (_what, key, keys) => {
  const outcome = parseEnvironment(environment, { KEY: key, KEYS: keys });
  if (outcome.ok) throw new Error("it was taken");
  expect(outcome.problems).toEqual([
    expect.stringMatching(/^KEY: must be a private key/),
    expect.stringMatching(/^KEYS: must be public keys/),
  ]);
  expect(outcome.problems.join()).not.toContain(key);
});

it("has no default, in production or elsewhere", () => {
  for (const NODE_ENV of ["production", "development"]) {
    const outcome = parseEnvironment(environment, { NODE_ENV, TOKEN: "a-secret-that-was-given" });
    expect(outcome).toEqual({ ok: false, problems: ["KEY is required", "KEYS is required"] });
  }
});

it("tells which variables are secrets", () => {
  expect(secretsOf(environment)).toEqual(["KEY", "TOKEN"]);
});
