import { connect, createServer, type Server, type Socket } from "node:net";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let way: Awaited<ReturnType<typeof openWay>>;
beforeAll(async () => {
  service = await startUserService({ through: async (databaseUrl) => (way = await openWay(databaseUrl)).url });
});
afterAll(async () => {
  await service.stop();
  await way.close();
});

const unavailable = {
  data: { user: null },
  errors: [{ extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 5 } }],
};
const ask = () => service.ask(`{ user(id: "usr_00000000000000000000000000") { id } }`);

it.each(["cut", "frozen"] as const)(
  "says so while the way to its database is %s, and recovers by itself",
  async (state) => {
    expect(await ask()).toMatchObject({ data: { user: null } });
    way.set(state);
    const answer = await ask();
    expect(answer).toMatchObject(unavailable);
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|prisma|connection/i);
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.origin}/livez`)).status).toBe(200);
    expect((await fetch(`${service.origin}/.well-known/jwks.json`)).status).toBe(200);
    way.set("open");
    while ((await fetch(`${service.origin}/readyz`)).status !== 200);
    expect(await ask()).toEqual({ status: 200, data: { user: null } });
  },
);

/** A way to a server that can be cut, or frozen as if the server had stopped answering. */
async function openWay(databaseUrl: string) {
  const target = new URL(databaseUrl);
  let state: "open" | "cut" | "frozen" = "open";
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => state === "open" && to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    }
    if (state === "cut") client.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    set: (next: typeof state): void => {
      state = next;
      if (next !== "frozen") endAll();
    },
    close: async (): Promise<void> => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
