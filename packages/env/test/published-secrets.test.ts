import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseEnvironment, secret, servicePrivateKey, servicePublicKeys, url } from "../src";

const composeFile = readFileSync(join(__dirname, "../../../docker-compose.yml"), "utf8");

/** What the compose file falls back on for the variables of this name. */
function defaultsOf(name: RegExp): string[] {
  return [...composeFile.matchAll(/\$\{(\w+):-([^}]+)\}/g)].flatMap(([, variable = "", value = ""]) =>
    name.test(variable) ? [value] : [],
  );
}

function problemsOf(schema: z.ZodObject, env: Record<string, string>): string[] {
  const outcome = parseEnvironment(schema, env);
  return outcome.ok ? [] : outcome.problems;
}

const isKnown = (name: string): string => `${name} is required in production: its default is known to everyone`;

it("takes every key of the compose file in development, and none in production", () => {
  const privateKeys = defaultsOf(/_SERVICE_KEY$/);
  const publicKeys = defaultsOf(/_SERVICE_PUBLIC_KEYS$/);
  expect([privateKeys.length, new Set(publicKeys).size]).toEqual([3, 3]);
  for (const [keys, kind] of [[privateKeys, servicePrivateKey] as const, [publicKeys, servicePublicKeys] as const]) {
    for (const KEY of keys) {
      expect(problemsOf(z.object({ KEY: kind() }), { KEY })).toEqual([]);
      expect(problemsOf(z.object({ KEY: kind() }), { KEY, NODE_ENV: "production" })).toEqual([isKnown("KEY")]);
    }
  }
});

it("refuses a public key of the compose file that stands beside one's own", () => {
  const [known = "", own = ""] = defaultsOf(/_SERVICE_PUBLIC_KEYS$/);
  const env = { NODE_ENV: "production", KEYS: `${own}, ${known}` };
  expect(problemsOf(z.object({ KEYS: servicePublicKeys() }), env)).toEqual([isKnown("KEYS")]);
});

it("refuses its passwords in production, by themselves and in URLs", () => {
  const passwords = new Set(defaultsOf(/_PASSWORD$/));
  expect([...passwords]).toEqual(["development-password"]);
  const schema = z.object({ STORE_URL: url("redis"), TOKEN_SECRET: secret("development-token-secret") });
  const env = { STORE_URL: "redis://:development-password@redis:6379", TOKEN_SECRET: "development-password" };
  expect(problemsOf(schema, env)).toEqual([]);
  expect(problemsOf(schema, { ...env, NODE_ENV: "production" })).toEqual([
    isKnown("STORE_URL"),
    isKnown("TOKEN_SECRET"),
  ]);
});

it("refuses a known default in production that is given in so many words", () => {
  const env = { NODE_ENV: "production", TOKEN_SECRET: "development-token-secret" };
  const schema = z.object({ TOKEN_SECRET: secret("development-token-secret") });
  expect(problemsOf(schema, env)).toEqual([isKnown("TOKEN_SECRET")]);
  expect(problemsOf(schema, { ...env, TOKEN_SECRET: "a-secret-of-our-own" })).toEqual([]);
});
