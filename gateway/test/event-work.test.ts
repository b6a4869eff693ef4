import { setImmediate as nextTurn } from "node:timers/promises";
import { type SubgraphAnswer } from "../src/execution/subgraph-client";
import { createEventWork, type EventLine } from "../src/subscriptions/event-work";
import { createSubscriber, type Subscriber } from "../src/subscriptions/subscriber";

/** Events that are filled when the test says so, each with its own name. */
function createBench() {
  const begun: string[] = [];
  const finish = new Map<string, () => void>();
  let most = 0;
  const run = async ({ data }: SubgraphAnswer): Promise<string> => {
    const name = String(data?.["name"]);
    begun.push(name);
    await new Promise<void>((resolve) => {
      finish.set(name, resolve);
      most = Math.max(most, finish.size);
    });
    finish.delete(name);
    return name;
  };
  const finishAll = async (): Promise<void> => {
    while (finish.size > 0) {
      for (const resolve of finish.values()) resolve();
      await nextTurn();
    }
  };
  return { run, begun, finish, finishAll, mostAtOnce: () => most };
}

const event = (name: string): SubgraphAnswer => ({ data: { name } });
const failed = (name: string): SubgraphAnswer => ({ data: { name }, errors: [{ message: "no" }] });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const subscriber = (): Subscriber => createSubscriber({ onOverrun: () => undefined, onDone: () => undefined });
const onRoom = (): void => undefined;

/** What it has to read. */
async function read({ results }: Subscriber, count: number): Promise<unknown[]> {
  const texts: unknown[] = [];
  while (texts.length < count) texts.push((await results.next()).value);
  return texts;
}

it("fills no more at once than it may, whatever number of streams there is", async () => {
  const { run, finishAll, mostAtOnce } = createBench();
  const work = createEventWork(5);
  const readers = numbers(40).map((stream) => {
    const reader = subscriber();
    const line = work.openLine({ run, onRoom, replaces: false });
    for (const number of numbers(3)) line.take(event(`${stream}.${number}`), [reader]);
    return reader;
  });
  await finishAll();
  expect(mostAtOnce()).toBe(5);
  for (const [index, reader] of readers.entries()) {
    expect(await read(reader, 3)).toEqual(numbers(3).map((number) => `${index + 1}.${number}`));
  }
});

it("lets a stream that is told of little not wait for one that is told of much", async () => {
  const { run, begun, finish, finishAll } = createBench();
  const work = createEventWork(2);
  const busy = work.openLine({ run, onRoom, replaces: false });
  const quiet = work.openLine({ run, onRoom, replaces: false });
  for (const number of numbers(20)) busy.take(event(`busy ${number}`), []);
  quiet.take(event("quiet"), []);
  finish.get("busy 1")?.();
  finish.get("busy 2")?.();
  await nextTurn();
  expect(begun).toHaveLength(4);
  expect(begun).toContain("quiet");
  await finishAll();
});

it("delivers in the order in which events came, whichever is filled first", async () => {
  const { run, finish } = createBench();
  const reader = subscriber();
  const line = createEventWork(4).openLine({ run, onRoom, replaces: false });
  for (const name of ["first", "second"]) line.take(event(name), [reader]);
  finish.get("second")?.();
  await nextTurn();
  finish.get("first")?.();
  expect(await read(reader, 2)).toEqual(["first", "second"]);
});

describe("of a stream that tells how something stands", () => {
  function createLine(): { line: EventLine; bench: ReturnType<typeof createBench> } {
    const bench = createBench();
    return { line: createEventWork(1).openLine({ run: bench.run, onRoom, replaces: true }), bench };
  }

  it("only the last event that waits is filled, once for all", async () => {
    const { line, bench } = createLine();
    const [one, other] = [subscriber(), subscriber()];
    line.take(event("at work"), [one]);
    line.take(event("old"), [one]);
    line.take(event("newer"), [one]);
    line.take(event("newest"), [other, one]); // one who joined meanwhile
    await bench.finishAll();
    expect(bench.begun).toEqual(["at work", "newest"]);
    expect(await read(one, 2)).toEqual(["at work", "newest"]);
    expect(await read(other, 1)).toEqual(["newest"]);
  });

  it("an event that failed takes nothing away, and gives way to one that did not", async () => {
    const { line, bench } = createLine();
    const reader = subscriber();
    for (const one of [event("at work"), event("state"), failed("failure"), event("newer")]) line.take(one, [reader]);
    await bench.finishAll();
    expect(await read(reader, 3)).toEqual(["at work", "state", "newer"]);
  });
});

it("says when a stream should be told no more for now, and when it may be again", async () => {
  const { run, finishAll } = createBench();
  const work = createEventWork(1);
  const rooms: boolean[] = [];
  const line: EventLine = work.openLine({ run, onRoom: () => rooms.push(!line.isFull), replaces: false });
  line.take(event("at work"), []);
  for (const number of numbers(64)) {
    expect(line.isFull).toBe(false);
    line.take(event(`${number}`), []);
  }
  expect(line.isFull).toBe(true);
  await finishAll();
  expect(line.isFull).toBe(false);
  expect(rooms).toContain(true);
});

it("says so to every stream that has something to wait for when much waits in all", async () => {
  const { run, finishAll } = createBench();
  const work = createEventWork(1);
  const lines = numbers(5_000).map(() => {
    const heard = { room: false };
    const line = work.openLine({ run, onRoom: () => (heard.room = true), replaces: false });
    return { line, heard };
  });
  for (const [index, { line }] of lines.entries()) line.take(event(`${index}`), []);
  const isFull = lines.map(({ line }) => line.isFull);
  expect(isFull.slice(1).every(Boolean)).toBe(true); // the first is at work, and nothing of its stream waits
  expect(isFull[0]).toBe(false);
  for (const { heard } of lines) heard.room = false;
  await finishAll();
  expect(lines.slice(1).every(({ line, heard }) => heard.room && !line.isFull)).toBe(true);
});
