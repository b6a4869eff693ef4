import { createHistogram, type Distribution } from "@shop/telemetry";
import { type FastifyInstance } from "fastify";

const streams = /^(?:text\/event-stream|multipart\/)/;
const probes = new Set(["/livez", "/readyz"]);

/**
 * Measures the requests of an HTTP server by method, route and class of status. An address that no route has is "unknown",
 * whatever it is; streams, which last as long as their clients like, are left out.
 */
export function measureRequests(app: FastifyInstance): void {
  const durations = createHistogram("http.server.request.duration", {
    description: "Requests by method, route and class of status, and how long they took",
    unit: "s",
  });
  const known = new Map<string, Distribution>();
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const route = routeOptions.url ?? "unknown";
    const statusClass = `${Math.trunc(reply.statusCode / 100)}xx`;
    const type = reply.raw.getHeader("content-type");
    if (!probes.has(route) && !(typeof type === "string" && streams.test(type))) {
      const key = `${method} ${route} ${statusClass}`;
      let duration = known.get(key);
      if (duration === undefined) {
        duration = durations.of({
          "http.request.method": routeOptions.url === undefined ? "_OTHER" : method,
          "http.route": route,
          "http.response.status_class": statusClass,
        });
        known.set(key, duration);
      }
      duration.record(reply.elapsedTime / 1_000);
    }
    done();
  });
}
