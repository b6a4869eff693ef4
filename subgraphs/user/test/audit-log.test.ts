import { staffActed, toAuditFacts, topics } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { createMessageBus, type MessageBus, toEventRecord } from "@shop/messaging";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let bus: MessageBus;
let admin: SignedInUser;
let staff: SignedInUser;
beforeAll(async () => {
  service = await startUserService();
  [admin, staff] = [await service.signInAs("admin"), await service.signInAs("staff")];
  const log = createLogger("test");
  log.level = "silent";
  bus = createMessageBus({ brokers: service.config.kafkaBrokers, clientId: "test", topics, log });
});
afterAll(async () => {
  await bus.stop();
  await service.stop();
});

interface Entry {
  readonly action: string;
  readonly actorId: string;
  readonly actor: { readonly displayName: string } | null;
  readonly before: string;
  readonly after: string;
}

async function read(filter: object): Promise<Entry[]> {
  const document = `query ($filter: AuditFilter) {
    auditLog(filter: $filter) { edges { node { action actorId actor { displayName } before after } } } }`;
  const { data } = await service.ask(document, { filter }, admin);
  return (data?.["auditLog"] as { edges: { node: Entry }[] }).edges.map(({ node }) => node);
}

function shipped(targetId: string, actorId = staff.id) {
  const change = { before: { status: "PAID" }, after: { status: "SHIPPED" } };
  return toEventRecord(staffActed, { actorId, action: "order.shipped", targetId, ...change });
}

it("shows what staff did in another service, once, however often it is told", async () => {
  const [orderId, last] = [createId("ord"), createId("ord")];
  const record = shipped(orderId);
  await bus.publish([record]);
  await bus.publish([record, { ...shipped(last), key: orderId }]); // one key, so that they are read in this order
  await eventually(
    () => read({ targetId: last }),
    (entries) => entries.length === 1,
  );
  expect(await read({ targetId: orderId, actorId: staff.id, action: "order.shipped" })).toEqual([
    {
      action: "order.shipped",
      actorId: staff.id,
      actor: { displayName: "Samuel Okafor" },
      before: `{"status":"PAID"}`,
      after: `{"status":"SHIPPED"}`,
    },
  ]);
  expect(await read({ targetId: orderId, actorId: admin.id })).toEqual([]);
});

it("keeps what somebody did whose account is gone", async () => {
  const { id, accessToken, password } = await service.register();
  const document = `mutation ($password: String!) { deleteAccount(password: $password) { accepted } }`;
  await service.ask(document, { password }, { accessToken });
  const orderId = createId("ord");
  await bus.publish([shipped(orderId, id)]);
  const entries = await eventually(
    () => read({ targetId: orderId }),
    (found) => found.length === 1,
  );
  expect(entries).toMatchObject([{ actorId: id, actor: null }]);
  expect(await read({ actorId: id })).toMatchObject([{ action: "order.shipped" }, { action: "user.deleted" }]);
});

it("keeps the beginning of a long text, whole characters only, and lists as JSON", () => {
  const long = "\u{1f600}".repeat(400);
  expect(toAuditFacts({ long, list: [{ a: 1 }], none: undefined, count: 3, is: false })).toEqual({
    long: "\u{1f600}".repeat(300),
    list: `[{"a":1}]`,
    none: null,
    count: 3,
    is: false,
  });
});
