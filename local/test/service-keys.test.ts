import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../src/config";
import { findEnvironmentProblems, shareOut } from "../src/environment-check";
import { makeServiceKey, planServiceKeys } from "../src/service-keys";
import { planServices } from "../src/services";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "service-keys-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const configOf = (given: Record<string, string> = {}) => parseConfig({ DATA_DIR: dataDir, ...given });
const file = () => join(dataDir, "service-keys.json");
const callers = ["GATEWAY", "ORDER", "NOTIFICATION"];

it("are made at the first start, kept for the next, and for their owner alone", () => {
  const first = planServiceKeys(configOf());
  expect(Object.keys(first.env)).toEqual(
    callers.flatMap((caller) => [`${caller}_SERVICE_KEY`, `${caller}_SERVICE_PUBLIC_KEYS`]),
  );
  first.save();
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(planServiceKeys(configOf()).env).toEqual(first.env);
});

it("are made anew where the file was cut short", () => {
  planServiceKeys(configOf()).save();
  writeFileSync(file(), '{"GATEWAY_SERVICE_KEY":');
  const next = planServiceKeys(configOf());
  next.save();
  expect(planServiceKeys(configOf()).env).toEqual(next.env);
});

it("leave a caller alone whose keys are given, and everybody in production", () => {
  const given = makeServiceKey("order");
  expect(Object.keys(planServiceKeys(configOf(given)).env).join()).not.toContain("ORDER");
  const production = planServiceKeys(configOf({ NODE_ENV: "production" }));
  production.save();
  expect(production.env).toEqual({});
  expect(() => statSync(file())).toThrow("ENOENT");
  const problems = findEnvironmentProblems(planServices(configOf()), { NODE_ENV: "production" });
  for (const caller of callers) {
    expect(problems).toContain(`${caller}_SERVICE_KEY is required`);
    expect(problems).toContain(`${caller}_SERVICE_PUBLIC_KEYS is required`);
  }
});

it("are handed to those whom they are for", () => {
  const services = planServices(configOf());
  const envOf = shareOut(services, { ...planServiceKeys(configOf()).env, TOKEN_SECRET: "user's", PATH: "everybody's" });
  const isGiven = (variable: string): string[] =>
    services.map(({ name }) => name).filter((name) => variable in envOf(name));
  expect(isGiven("GATEWAY_SERVICE_KEY")).toEqual(["gateway"]);
  expect(isGiven("ORDER_SERVICE_KEY")).toEqual(["order"]);
  expect(isGiven("NOTIFICATION_SERVICE_KEY")).toEqual(["notification"]);
  expect(isGiven("TOKEN_SECRET")).toEqual(["user"]);
  expect(isGiven("PATH")).toEqual(services.map(({ name }) => name));
});
