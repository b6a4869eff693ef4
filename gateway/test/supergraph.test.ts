import { copyFile, mkdir, open, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compose, type Shop, startShop } from "./shop/shop";
import { connectSocket } from "./shop/clients";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.stop());

/** As compose.ts does: whole or not at all. */
async function replaceSupergraph(sdl: string, file = shop.config.supergraphFile): Promise<void> {
  await writeFile(`${file}.new`, sdl);
  await rename(`${file}.new`, file);
}

async function composeWith(change: (typeDefs: string) => string): Promise<string> {
  const order = { ...shop.order, typeDefs: change(shop.order.typeDefs) };
  return compose(dirname(shop.config.supergraphFile), [shop.product, order, shop.notification]);
}

/** Resolves when a line with this in its message is logged. */
function logged(level: "info" | "error", text: string): Promise<void> {
  return new Promise((resolve) => {
    jest.spyOn(shop.log, level).mockImplementation((...said: unknown[]) => {
      if (said.some((part) => typeof part === "string" && part.includes(text))) resolve();
    });
  });
}

it("swaps the supergraph under load without failing a request, and subscriptions live on", async () => {
  const known = `{ order(id: "ord_1") { number product { name } } }`;
  const added = `{ __type(name: "Order") { fields { name } } }`;
  const failed: unknown[] = [];
  let swapped = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!swapped) {
      const answer = await shop.ask(known);
      if (answer.errors !== undefined) failed.push(answer);
    }
  });
  const client = await connectSocket(shop.socketUrl);
  client.send({ id: "1", type: "subscribe", payload: { query: "subscription { latestTitle }" } });
  await shop.events.hasReaders(1);

  await replaceSupergraph(await composeWith((sdl) => sdl.replace("number: String!", "number: String! total: Int")));
  while (!JSON.stringify(await shop.ask(added)).includes("total")) await new Promise(setImmediate);
  swapped = true;
  await Promise.all(load);
  expect(failed).toEqual([]);

  shop.events.add("still here");
  expect(await client.receive()).toMatchObject({ payload: { data: { latestTitle: "still here" } } });
  client.socket.close();
});

describe("however the file is written", () => {
  const inPlace = (sdl: string): Promise<void> => writeFile(shop.config.supergraphFile, sdl);
  const inPieces = async (sdl: string): Promise<void> => {
    const file = await open(shop.config.supergraphFile, "w");
    for (let at = 0; at < sdl.length; at += 1_000) await file.write(sdl.slice(at, at + 1_000));
    await file.close();
  };
  const afterGarbage = async (sdl: string): Promise<void> => {
    const said = logged("error", "was refused");
    await inPlace("\0\x01 { not GraphQL");
    await said;
    await replaceSupergraph(sdl);
  };
  const afterDeletion = async (sdl: string): Promise<void> => {
    const said = logged("error", "was refused");
    await rm(shop.config.supergraphFile);
    await said;
    await inPlace(sdl);
  };
  /** As Kubernetes updates a mounted ConfigMap: the file links into a folder that is itself a link, and is swapped. */
  const asLinkedFolder = async (sdl: string): Promise<void> => {
    const { supergraphFile } = shop.config;
    const mounted = dirname(supergraphFile);
    const version = `..${Date.now()}`;
    await mkdir(join(mounted, version));
    await writeFile(join(mounted, version, "supergraph.graphql"), sdl);
    await symlink(version, join(mounted, "..data_tmp"));
    await rename(join(mounted, "..data_tmp"), join(mounted, "..data"));
    await symlink("..data/supergraph.graphql", `${supergraphFile}.link`);
    await rename(`${supergraphFile}.link`, supergraphFile);
  };

  // Valid on one schema and not on the other, and it says itself which one has answered.
  const telling = `{ order(id: "ord_1") { product { name timesOrdered } } __type(name: "Product") { fields { name } } }`;
  const whole = {
    order: { product: { name: "Name of prd_1", timesOrdered: 7 } },
    __type: { fields: expect.arrayContaining([{ name: "timesOrdered" }]) as unknown },
  };

  it.each([
    ["renamed into place", replaceSupergraph],
    ["rewritten in place", inPlace],
    ["written in pieces", inPieces],
    ["mended after garbage", afterGarbage],
    ["deleted and restored", afterDeletion],
    ["a link that is swapped", asLinkedFolder],
  ])("every answer is of one schema while it goes back and forth: %s", async (_how, write) => {
    const before = await readFile(shop.config.supergraphFile, "utf8");
    const without = await composeWith((sdl) =>
      sdl.replace("timesOrdered: Int", "").replace("{ id: ID!  }", "{ id: ID! }"),
    );
    const wrong: unknown[] = [];
    let last = 0;
    let done = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!done) {
        const answer = await shop.ask(telling);
        last = answer.status;
        if (answer.status === 400 && answer.errors?.[0]?.extensions["code"] === "GRAPHQL_VALIDATION_FAILED") continue;
        try {
          expect(answer).toEqual({ status: 200, data: whole });
        } catch {
          wrong.push(answer);
        }
      }
    });
    const answersWith = async (status: number): Promise<void> => {
      while (last !== status) await sleep(5);
    };
    await answersWith(200);
    await write(without);
    await answersWith(400);
    await write(before);
    await answersWith(200);
    done = true;
    await Promise.all(load);
    expect(wrong).toEqual([]);
  });
});

it.each([
  ["is no supergraph", () => Promise.resolve("type Query { a: Int }")],
  ["is empty", () => Promise.resolve("")],
  ["is cut off", async () => (await readFile(shop.config.supergraphFile, "utf8")).slice(0, 500)],
  ["names a type that it lacks", async () => (await composed()).replace("product: Product", "product: Nobody")],
  [
    "needs a feature that the planner lacks",
    async () =>
      (await composed()).replace(
        "for: EXECUTION)",
        `for: EXECUTION)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)`,
      ),
  ],
])("refuses a file that %s, says so, and stays as it was", async (_what, broken) => {
  const backup = `${shop.config.supergraphFile}.backup`;
  await copyFile(shop.config.supergraphFile, backup);
  const said = logged("error", "was refused");
  await replaceSupergraph(await broken());
  await said;
  expect(await shop.ask("{ unread }")).toEqual({ status: 200, data: { unread: 3 } });

  const accepted = logged("info", "was swapped");
  await replaceSupergraph(await composeWith((sdl) => `${sdl} type Later { id: ID }`));
  await accepted;
});

function composed(): Promise<string> {
  return composeWith((sdl) => sdl);
}
