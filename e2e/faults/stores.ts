// The services' stores behind their backs: to read what they hold, and to move time on for what waits in them.
import { type Connection, createConnection } from "mongoose";
import { Pool } from "pg";

export interface Stores {
  readonly sql: Pool;
  readonly catalogue: Connection;
  /** All holds lapse now, as if their time were over. */
  lapseHolds(): Promise<void>;
  /** All unpaid orders are due now. */
  expireOrders(): Promise<void>;
  /** What a call left behind is taken up at the worker's next turn, as if the time that it has were over. */
  endLeases(): Promise<void>;
  close(): Promise<void>;
}

/** @param env as the services have it */
export async function openStores(env: Readonly<Record<string, string>>): Promise<Stores> {
  const sql = new Pool({ connectionString: env["ORDER_DATABASE_URL"], max: 4 });
  const catalogue = await createConnection(env["MONGO_URL"] ?? "").asPromise();
  return {
    sql,
    catalogue,
    lapseHolds: async () => {
      await catalogue
        .collection("products")
        .updateMany(
          { "holds.state": "HELD" },
          { $set: { "holds.$[held].expiresAt": new Date(0) } },
          { arrayFilters: [{ "held.state": "HELD" }] },
        );
    },
    expireOrders: async () => {
      await sql.query("UPDATE orders SET expires_at = now() WHERE status = 'AWAITING_PAYMENT'");
    },
    endLeases: async () => {
      await sql.query("UPDATE transactions SET attend_at = now() WHERE status = 'PENDING'");
      await sql.query("UPDATE orders SET attend_at = now() WHERE status = 'PENDING'");
    },
    close: async () => {
      await Promise.all([sql.end(), catalogue.close()]);
    },
  };
}
