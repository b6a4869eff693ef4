import { createBoundedNames, createCounter, createHistogram } from "@shop/telemetry";
import { startTestMeter, type TestMeter } from "@shop/telemetry/testing";

let meter: TestMeter;
beforeEach(() => {
  meter = startTestMeter();
});
afterEach(() => meter.stop());

const unit = "{thing}";
const figuresOf = async (name: string) => (await meter.collect()).filter(({ gauge }) => gauge === name);

it("counts and times under attributes that are looked up once", async () => {
  const counter = createCounter("test.counted", { description: "", unit });
  counter.of({ kind: "a", way: "in" }).add();
  createCounter("test.counted", { description: "", unit }).of({ way: "in", kind: "a" }).add(2);
  const durations = createHistogram("test.timed", { description: "", unit: "s" }).of({});
  for (const seconds of [0.004, 0.2, 100]) durations.record(seconds);
  expect(await figuresOf("test.counted")).toEqual([
    { gauge: "test.counted", value: 3, attributes: { kind: "a", way: "in" } },
  ]);
  expect(await figuresOf("test.timed")).toEqual([{ gauge: "test.timed", value: 3, attributes: {} }]);
});

it("counts together what has more attributes than anybody meant", async () => {
  const counter = createCounter("test.flooded", { description: "", unit });
  for (let index = 0; index < 10_000; index += 1) counter.of({ index }).add();
  const figures = await figuresOf("test.flooded");
  expect(figures.length).toBeLessThanOrEqual(1_001);
  expect(figures.reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
  expect(figures.at(-1)?.attributes).toEqual({ "otel.metric.overflow": true });
});

it("gives a hundred names of ten thousand a label, and none to what is no name", () => {
  const labelOf = createBoundedNames({ known: ["PlaceOrder"], maxNames: 100 });
  const hostile = ["", "a b", "a\nb", 'a"} 1', "__proto__\u0000", "é", "ada@example.com", "x".repeat(65), "1a", "{}"];
  for (const name of hostile) expect(labelOf(name)).toBe("other");
  const labels = new Set(Array.from({ length: 10_000 }, (_, index) => labelOf(`Operation${index}`)));
  expect(labels.size).toBe(100);
  expect(labels).toContain("other");
  expect(labelOf("PlaceOrder")).toBe("PlaceOrder");
  expect(labelOf("constructor")).toBe("other");
});
