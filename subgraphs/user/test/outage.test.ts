import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let gate: TcpGate;
beforeAll(async () => {
  service = await startUserService({ through: async (databaseUrl) => (gate = await startTcpGate(databaseUrl)).url });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
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
    gate.set(state);
    const answer = await ask();
    expect(answer).toMatchObject(unavailable);
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|prisma|connection/i);
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.origin}/livez`)).status).toBe(200);
    expect((await fetch(`${service.origin}/.well-known/jwks.json`)).status).toBe(200);
    gate.set("open");
    while ((await fetch(`${service.origin}/readyz`)).status !== 200);
    expect(await ask()).toEqual({ status: 200, data: { user: null } });
  },
);
