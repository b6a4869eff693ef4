// A client and a server of the inventory on a real connection; what the inventory itself does is product's to test.
import { createServiceCredentials, createServiceVerifier } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import { createLogger } from "@shop/telemetry";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { type KeyObject } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import {
  createInventoryClient,
  type InventoryClient,
  type InventoryImplementation,
  startInventoryServer,
} from "../src";

const log = createLogger("inventory-rpc.test");
log.level = "silent";
const { gateway, order } = testServiceKeys;
const credentialOf = (caller: string, key: KeyObject, callee = "product") => {
  const credentialFor = createServiceCredentials({ caller, key });
  return () => credentialFor(callee);
};
const credential = credentialOf("order", order.privateKey);

class StoreOutage extends Error {}

/** What the inventory answers, call by call, and what it was asked. */
let onCall: (context: HandlerContext) => Promise<void> | void;
let calls: string[];
const note =
  <Request, Answer>(method: string, answer: (request: Request) => Answer) =>
  async (request: Request, context: HandlerContext): Promise<Answer> => {
    calls.push(method);
    await onCall(context);
    return answer(request);
  };
const implementation: InventoryImplementation = {
  reserve: note("reserve", ({ lines }) => ({
    lines: lines.map(({ productId, quantity }) => ({ productId, quantity, name: "Kettle" })),
  })),
  commit: note("commit", () => ({ committed: true })),
  release: note("release", () => ({})),
  get: note("get", () => ({})),
};

type Server = Awaited<ReturnType<typeof startInventoryServer>>;
const startServer = (port = 0): Promise<Server> =>
  startInventoryServer({
    host: "127.0.0.1",
    port,
    verifyCaller: createServiceVerifier({ callee: "product", callers: { order: [order.publicKey] } }),
    implementation,
    isOutage: (error) => error instanceof StoreOutage,
    log,
  });
const clientOf = (port: number, options: { credential?: () => Promise<string>; deadlineMs?: number } = {}) =>
  createInventoryClient({ baseUrl: `http://127.0.0.1:${port}`, credential, deadlineMs: 10_000, ...options });

let server: Server;
let client: InventoryClient;
const cleanUps: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  // Connect tells the console of an answer that it could not send; outside of Jest's realm it knows a lost connection.
  jest.spyOn(console, "error").mockImplementation(() => undefined);
  onCall = () => undefined;
  calls = [];
  server = await startServer();
  client = clientOf(server.port);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const request = { orderId: "ord_1", lines: [{ productId: "prd_1", quantity: 1 }] };
const failing = (times: number, error: () => Error) => (): void => {
  if (calls.length <= times) throw error();
};

describe("the credential", () => {
  it.each([
    ["forged", () => Promise.resolve("forged")],
    ["missing", () => Promise.resolve("")],
    ["another caller's", credentialOf("gateway", gateway.privateKey)],
    ["made out in order's name by another caller", credentialOf("order", gateway.privateKey)],
    ["for another callee", credentialOf("order", order.privateKey, "user")],
    ["longer than any, of 10 KB", () => Promise.resolve("x".repeat(10_000))],
  ])("is refused where it is %s, before anything is asked", async (_what, wrong) => {
    const stranger = clientOf(server.port, { credential: wrong });
    for (const call of [stranger.reserve, stranger.commit, stranger.release]) {
      await expect(call(request)).rejects.toMatchObject({ code: Code.Unauthenticated });
    }
    await expect(stranger.get({ productIds: [] })).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect(calls).toEqual([]);
  });
});

describe("the deadline", () => {
  it("ends the call on both ends", async () => {
    let ended: (reason: unknown) => void;
    const reason = new Promise((resolve) => (ended = resolve));
    onCall = async ({ signal }) => {
      if (!signal.aborted) await once(signal, "abort");
      ended(signal.reason);
    };
    const hasty = clientOf(server.port, { deadlineMs: 50 });
    let asked = 0;
    // On a busy machine one may be over before the server hears of the call, which it may do afterwards.
    do {
      asked += 1;
      await expect(hasty.reserve(request)).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    } while (calls.length === 0);
    expect(await reason).toBeInstanceOf(ConnectError);
    expect(calls.length).toBeLessThanOrEqual(asked);
  });

  it("counts for all tries together", async () => {
    await server.stop();
    const tooLate = clientOf(server.port, { deadlineMs: 30 }).commit(request);
    const failure = await tooLate.catch((error: unknown) => ConnectError.from(error).code);
    expect([Code.Unavailable, Code.DeadlineExceeded]).toContain(failure);
  });

  it("tells the server when the caller hangs up", async () => {
    const hangUp = new AbortController();
    let aborted: (value: unknown) => void;
    const heard = new Promise((resolve) => (aborted = resolve));
    onCall = async ({ signal }) => {
      hangUp.abort();
      aborted(await once(signal, "abort"));
    };
    await expect(client.commit(request, { signal: hangUp.signal })).rejects.toMatchObject({ code: Code.Canceled });
    await heard;
  });
});

describe("what failed", () => {
  it("is asked again while the store does not answer", async () => {
    onCall = failing(2, () => new StoreOutage("mongo at 10.0.0.1 is gone"));
    expect((await client.commit(request)).committed).toBe(true);
    expect(calls).toHaveLength(3);
  });

  it.each([
    ["a bug", () => new TypeError("password of undefined"), Code.Internal, "the inventory failed"],
    ["a request that does not fit", () => new ConnectError("no", Code.InvalidArgument), Code.InvalidArgument, "no"],
    ["a contradiction", () => new ConnectError("no", Code.FailedPrecondition), Code.FailedPrecondition, "no"],
  ])("is asked once where it was %s, without its text", async (_what, error, code, rawMessage) => {
    onCall = failing(Infinity, error);
    await expect(client.release(request)).rejects.toMatchObject({ code, rawMessage });
    expect(calls).toHaveLength(1);
  });

  it("is Unavailable, without a host, where it goes on", async () => {
    onCall = failing(Infinity, () => new StoreOutage("mongo at 10.0.0.1 is gone"));
    await expect(client.get({ productIds: [] })).rejects.toMatchObject({
      code: Code.Unavailable,
      rawMessage: "the inventory cannot answer now",
    });
    expect(calls.length).toBeGreaterThan(1);
  });
});

describe("the connection", () => {
  it("comes back with the server", async () => {
    await client.get({ productIds: [] });
    await server.stop();
    await expect(client.get({ productIds: [] })).rejects.toMatchObject({ code: Code.Unavailable });
    server = await startServer(server.port);
    await client.get({ productIds: [] });
    expect(calls).toHaveLength(2);
  });

  it("may break in the middle of a call, which is then asked again", async () => {
    const way = await startBreakableWay(server.port);
    onCall = () => {
      if (calls.length <= 2) way.breakOff();
    };
    expect((await clientOf(way.port).commit(request)).committed).toBe(true);
    expect(calls).toEqual(["commit", "commit", "commit"]);
  });

  it("that goes nowhere costs no more than the deadline", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const sockets = new Set<Socket>();
    silent.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
    cleanUps.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => silent.close(resolve));
    });
    const hasty = clientOf((silent.address() as AddressInfo).port, { deadlineMs: 100 });
    await expect(hasty.commit(request)).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  });

  it("does not keep the server from stopping where a call has no end", async () => {
    const begun = new Promise<void>((resolve) => {
      onCall = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const endless = expect(client.get({ productIds: [] }, { timeoutMs: 60_000 })).rejects.toBeInstanceOf(ConnectError);
    await begun;
    await server.stop();
    await endless;
    server = await startServer();
  });

  it("carries many calls at once, and lets those that run finish when the server stops", async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let allHere: () => void;
    const arrived = new Promise<void>((resolve) => (allHere = resolve));
    onCall = () => {
      if (calls.length === 300) allHere();
      return opened;
    };
    const answers = Promise.all(Array.from({ length: 300 }, () => client.commit(request, { timeoutMs: 30_000 })));
    await arrived;
    open(); // they go on after the next line, and the server, once it stops, waits no more than seconds for them
    const stopped = server.stop();
    expect((await answers).every(({ committed }) => committed)).toBe(true);
    await stopped;
    server = await startServer();
  });
});

it("carries an order of 100 lines, and nothing much larger", async () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ productId: `prd_${n}`.padEnd(30, "0"), quantity: 999 }));
  const { lines: held } = await client.reserve({ orderId: "ord_1", lines: lines(100), holdMs: 1n });
  expect(held).toHaveLength(100);
  const tooMuch = client.reserve({ orderId: "ord_1", lines: lines(500), holdMs: 1n });
  await expect(tooMuch).rejects.toMatchObject({ code: Code.ResourceExhausted });
  expect(calls).toHaveLength(1);
});

it("speaks gRPC alone", async () => {
  const { status } = await new Promise<{ status: number }>((resolve, reject) => {
    void import("node:http2").then(({ connect: connectHttp2 }) => {
      const session = connectHttp2(`http://127.0.0.1:${server.port}`);
      session.on("error", reject);
      const stream = session.request({
        ":method": "POST",
        ":path": "/shop.inventory.v1.Inventory/Get",
        "content-type": "application/json",
      });
      stream.on("response", (headers) => {
        resolve({ status: Number(headers[":status"]) });
        session.close();
      });
      stream.end("{}");
    });
  });
  expect(status).toBe(415);
});

/** A way to a server that can be broken off, as by a kill: every connection on it ends at once. */
async function startBreakableWay(to: number): Promise<{ port: number; breakOff: () => void }> {
  const sockets = new Set<Socket>();
  const way = createServer((from) => {
    const onward = connect(to, "127.0.0.1");
    for (const socket of [from, onward]) sockets.add(socket.on("error", () => undefined));
    from.pipe(onward).pipe(from);
  });
  await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
  const breakOff = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  cleanUps.push(() => {
    breakOff();
    return new Promise((resolve) => way.close(resolve));
  });
  return { port: (way.address() as AddressInfo).port, breakOff };
}
