import { randomUUID } from "node:crypto";
import { startTestMeter, type TestMeter } from "@shop/telemetry/testing";
import { eventually, numbered, startTestOutbox, type TestOutbox } from "./harness";

let meter: TestMeter;
let outbox: TestOutbox;
beforeEach(async () => {
  meter = startTestMeter();
  outbox = await startTestOutbox();
});
afterEach(async () => {
  await outbox.stop();
  await meter.stop();
});

/** The sum of a gauge's figures whose attributes are these. */
async function figure(gauge: string, attributes: object): Promise<number | undefined> {
  const figures = (await meter.collect()).filter(
    (one) => one.gauge === gauge && Object.entries(attributes).every(([name, value]) => one.attributes[name] === value),
  );
  return figures.length === 0 ? undefined : figures.reduce((sum, { value }) => sum + value, 0);
}

it("tells how many events wait, and for how long", async () => {
  await outbox.append(...numbered(3).map((title) => ({ name: "a", title })));
  await outbox.sql.query(
    "UPDATE outbox SET occurred_at = occurred_at - '1 hour'::interval WHERE payload ->> 'title' = '1'",
  );
  const stuck = outbox.startRelay({ bus: outbox.connect(["127.0.0.1:1"], "stuck") });
  expect(await figure("shop.outbox.waiting", { service: "stuck" })).toBe(3);
  expect(await figure("shop.outbox.oldest_age", { service: "stuck" })).toBeGreaterThanOrEqual(3_600);
  await stuck.stop();

  outbox.startRelay();
  const service = outbox.bus.clientId;
  await eventually(
    () => figure("shop.outbox.waiting", { service }),
    (waiting) => waiting === 0,
  );
  expect(await figure("shop.outbox.oldest_age", { service })).toBe(0);
});

it("tells of keys that wait behind an event that the broker refuses", async () => {
  await outbox.append({ name: "large", title: "too large", body: "x".repeat(2_000_000) });
  outbox.startRelay();
  await eventually(
    () => figure("shop.outbox.refused_keys", { service: outbox.bus.clientId }),
    (keys) => keys === 1,
  );
});

it("tells, of each partition, how far a group is behind", async () => {
  const group = `test-${randomUUID()}`;
  let down = true;
  let partition = -1;
  const reader = outbox.read({
    groupId: group,
    work: (received) => {
      ({ partition } = received);
      if (down) throw new Error("the store is down");
    },
  });
  // Other tests' events lie in the same partition, and this group reads them too.
  const lag = () => figure("shop.consumer.lag", { group, topic: "system.v1", partition });
  outbox.startRelay();
  await outbox.append(...numbered(5).map((title) => ({ name: "a", title })));
  await eventually(lag, (behind) => (behind ?? 0) >= 5);
  down = false;
  await reader.until(5);
  await eventually(lag, (behind) => behind === 0);
});
