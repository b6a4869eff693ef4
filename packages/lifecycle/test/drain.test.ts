import { type AddressInfo } from "node:net";
import { fastify, type FastifyInstance } from "fastify";
import { drainServer } from "../src";

let app: FastifyInstance;
let finish: () => void;
/** Settles when a request runs. */
let running: Promise<void>;
let request: () => Promise<Response>;
beforeEach(async () => {
  app = fastify();
  const finished = new Promise<string>((resolve) => {
    finish = () => resolve("done");
  });
  running = new Promise((resolve) => {
    app.get("/", () => {
      resolve();
      return finished;
    });
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  request = () => fetch(`http://127.0.0.1:${port}/`);
});

it("answers what runs when the server is asked to end, and takes nothing more", async () => {
  const asked = request();
  await running;
  const drained = drainServer(app);
  finish();
  expect(await (await asked).text()).toBe("done");
  await drained;
  await expect(request()).rejects.toThrow("fetch failed");
});

it("cuts off what runs for too long", async () => {
  const cutOff = expect(request()).rejects.toThrow("fetch failed");
  await running;
  await drainServer(app, 50);
  await cutOff;
});
