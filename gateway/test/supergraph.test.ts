import { copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { compose, type Shop, startShop } from "./shop/shop";
import { connectSocket } from "./shop/clients";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.stop());

/** As compose.ts does: whole or not at all. */
async function replaceSupergraph(sdl: string): Promise<void> {
  await writeFile(`${shop.config.supergraphFile}.new`, sdl);
  await rename(`${shop.config.supergraphFile}.new`, shop.config.supergraphFile);
}

async function composeWith(change: (typeDefs: string) => string): Promise<string> {
  const order = { ...shop.order, typeDefs: change(shop.order.typeDefs) };
  return compose(dirname(shop.config.supergraphFile), [shop.product, order, shop.notification]);
}

it("swaps the supergraph under load without failing a request", async () => {
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

it.each([
  ["is no supergraph", () => Promise.resolve("type Query { a: Int }")],
  ["is cut off", async () => (await readFile(shop.config.supergraphFile, "utf8")).slice(0, 500)],
])("refuses a file that %s, says so, and stays as it was", async (_what, broken) => {
  const backup = `${shop.config.supergraphFile}.backup`;
  await copyFile(shop.config.supergraphFile, backup);
  const refused = new Promise((resolve) => {
    jest.spyOn(shop.log, "error").mockImplementationOnce((...said: unknown[]) => resolve(said));
  });
  await replaceSupergraph(await broken());
  expect(await refused).toEqual([expect.anything(), expect.stringContaining("refused")]);
  expect(await shop.ask("{ unread }")).toEqual({ status: 200, data: { unread: 3 } });

  const accepted = new Promise((resolve) => {
    jest.spyOn(shop.log, "info").mockImplementation((...said: unknown[]) => resolve(said));
  });
  await replaceSupergraph(await composeWith((sdl) => `${sdl} type Later { id: ID }`));
  await accepted;
});
