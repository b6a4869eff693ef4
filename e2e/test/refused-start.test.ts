import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusedStart, shopEnvironment, startDev } from "./running-shop";

const root = join(__dirname, "../..");

describe("a start that is refused", () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = await shopEnvironment();
  });
  afterAll(() => rmSync(env["DATA_DIR"] ?? "", { recursive: true }));

  it("names an option that it does not have", async () => {
    const { code, message } = await refusedStart(env, ["--frsh"]);
    expect({ code, message: message.trim() }).toEqual({
      code: 1,
      message: "There is no option --frsh; there is --fresh.",
    });
  });

  it("names every variable of its own that does not fit", async () => {
    const { code, message } = await refusedStart({ ...env, GATEWAY_PORT: "0", MONGO_URL: "http://localhost" });
    expect(code).toBe(1);
    expect(message).toContain("GATEWAY_PORT: must not be 0");
    expect(message).toContain("MONGO_URL: must be a URL that begins with mongodb://");
    expect(message).not.toMatch(/^\s+at /m);
  });

  it("names every variable of the services that does not fit, and two ports that are one, before it starts anything", async () => {
    const port = env["S3_PORT"] ?? "";
    const { code, message } = await refusedStart({
      ...env,
      SHOP_CURRENCY: "money",
      S3_PUBLIC_URL: "nowhere",
      COMMENT_PORT: port,
    });
    expect(code).toBe(1);
    expect(message).toContain("SHOP_CURRENCY: ");
    expect(message).toContain("S3_PUBLIC_URL: ");
    expect(message).toContain(`S3_PORT and COMMENT_PORT are both ${port}. Set one to another port.`);
    expect(message).not.toMatch(/^\s+at /m);
  });

  it("names a port in use and the variable that moves it", async () => {
    const server = createServer().listen(Number(env["ORDER_PORT"]), "127.0.0.1");
    await once(server, "listening");
    const { code, message } = await refusedStart(env);
    server.close();
    expect({ code, message: message.trim() }).toEqual({
      code: 1,
      message:
        `Port ${env["ORDER_PORT"] ?? ""}, wanted for order, is in use. ` +
        `End what listens there, or set ORDER_PORT to another port.`,
    });
  });

  it("names every store that was given and does not answer", async () => {
    const silent = createServer().listen(Number(env["MONGO_PORT"]), "127.0.0.1");
    await once(silent, "listening");
    const silentAddress = `127.0.0.1:${env["MONGO_PORT"] ?? ""}`;
    const nobodysAddress = `127.0.0.1:${env["REDIS_PORT"] ?? ""}`;
    const { code, message } = await refusedStart({
      ...env,
      ORDER_DATABASE_URL: `postgresql://me:my-password@${nobodysAddress}/order`,
      MONGO_URL: `mongodb://${nobodysAddress}/shop`,
      REDIS_URL: `redis://${nobodysAddress}`,
      KAFKA_BROKERS: silentAddress,
      S3_ENDPOINT: `http://${nobodysAddress}`,
    });
    silent.close();
    expect(code).toBe(1);
    const lines = message.trim().split("\n");
    const variables = ["ORDER_DATABASE_URL", "MONGO_URL", "REDIS_URL", "KAFKA_BROKERS", "S3_ENDPOINT"];
    expect(lines).toHaveLength(variables.length);
    for (const [index, variable] of variables.entries()) {
      expect(lines[index]).toMatch(
        new RegExp(`^${variable} names .*, which does not answer as it should: .* correct ${variable}, or`),
      );
    }
    expect(message).not.toContain("my-password");
  });

  it("names an address that is none of this machine's", async () => {
    const { code, message } = await refusedStart({ ...env, HOST: "203.0.113.7" });
    expect(code).toBe(1);
    expect(message.trim().split("\n")).toEqual([expect.stringContaining("HOST names 203.0.113.7")]);
  });

  it("asks for the build where there is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "shop-e2e-unbuilt-"));
    copyFileSync(join(root, "local/start.mjs"), join(folder, "start.mjs"));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "start.mjs")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("dist/start.js"),
      "The build is missing or incomplete: run npm ci.",
    ]);
  });

  it("is what `npm run dev` asks for where no shop runs", async () => {
    const dev = startDev("order", env);
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toContain(`No shop runs on ${env["DATA_DIR"] ?? ""}: start one with \`npm start\``);
  });

  it("names a data folder that cannot be", async () => {
    const { code, message } = await refusedStart({ ...env, DATA_DIR: "/dev/null/data" });
    expect(code).toBe(1);
    expect(message.trim()).toMatch(/^DATA_DIR, .*\/dev\/null\/data/);
  });
});
