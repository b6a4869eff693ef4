// Started with telemetry preloaded: does some work that is traced, and ends as a service does.
import { beginSpan, flushTelemetry, inSpan } from "@shop/telemetry";

const [steps = "1", traceparent] = process.argv.slice(2);
for (let step = 0; step < Number(steps); step += 1) {
  const span = beginSpan("request", { kind: "SERVER", traceparent });
  span.set({ "http.route": "/orders/:id", "url.full": "http://shop/orders?token=s3cret", password: "s3cret" });
  span.begin("ask", { kind: "CLIENT", attributes: { "user.email": "ada@example.com" } }).end();
  span.end();
}
await inSpan("look for work", {}, () => inSpan("a query of it", { kind: "CLIENT" }, () => Promise.resolve()));
// One waits for 2 s at most, which may be over on a busy machine: whoever counts what arrives has it go on waiting.
for (let flush = 0; flush < Number(process.env.FLUSHES ?? 1); flush += 1) await flushTelemetry();
process.exit(0); // as runProcess ends; what is not sent by now is lost
