import { observeGauges } from "@shop/telemetry";
import { type mongo } from "mongoose";

const gauges = {
  "db.client.connection.count": { description: "Connections of a pool, in use or not", unit: "{connection}" },
  "db.client.connection.pending_requests": { description: "Requests that wait for a connection", unit: "{request}" },
};
const used = { "db.system.name": "mongodb", "db.client.connection.state": "used" };
const idle = { "db.system.name": "mongodb", "db.client.connection.state": "idle" };
const waiting = { "db.system.name": "mongodb" };

/**
 * Tells how the driver's connections are used, by its own events: one that was opened with the client itself is not known.
 * @returns what ends it
 */
export function observePool(client: mongo.MongoClient): () => void {
  const count = { open: 0, used: 0, pending: 0 };
  client.on("connectionCreated", () => (count.open += 1));
  client.on("connectionClosed", () => (count.open -= 1));
  client.on("connectionCheckOutStarted", () => (count.pending += 1));
  client.on("connectionCheckOutFailed", () => (count.pending -= 1));
  client.on("connectionCheckedOut", () => {
    count.pending -= 1;
    count.used += 1;
  });
  client.on("connectionCheckedIn", () => (count.used -= 1));
  return observeGauges(gauges, () =>
    Promise.resolve([
      { gauge: "db.client.connection.count", value: Math.max(0, count.used), attributes: used },
      { gauge: "db.client.connection.count", value: Math.max(0, count.open - count.used), attributes: idle },
      { gauge: "db.client.connection.pending_requests", value: count.pending, attributes: waiting },
    ]),
  );
}
