import { observeGauges } from "@shop/telemetry";
import { type Pool } from "pg";

const gauges = {
  "db.client.connection.count": { description: "Connections of a pool, in use or not", unit: "{connection}" },
  "db.client.connection.pending_requests": { description: "Requests that wait for a connection", unit: "{request}" },
};
const used = { "db.system.name": "postgresql", "db.client.connection.state": "used" };
const idle = { "db.system.name": "postgresql", "db.client.connection.state": "idle" };
const waiting = { "db.system.name": "postgresql" };

/** Tells, for as long as the process lives, how a pool of connections is used. */
export function observePool(pool: Pool): void {
  observeGauges(gauges, () =>
    Promise.resolve([
      { gauge: "db.client.connection.count", value: pool.totalCount - pool.idleCount, attributes: used },
      { gauge: "db.client.connection.count", value: pool.idleCount, attributes: idle },
      { gauge: "db.client.connection.pending_requests", value: pool.waitingCount, attributes: waiting },
    ]),
  );
}
