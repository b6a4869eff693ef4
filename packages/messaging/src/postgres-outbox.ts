import { type EventDefinition } from "@shop/event-contracts";
import { type Logger } from "@shop/telemetry";
import { Pool } from "pg";
import { type EventRecord, toEventRecord } from "./event-record";
import { type Backlog, type OutboxSource } from "./outbox-source";
import { createShardClaims, lockSpace, shardCount, wakeUpLock } from "./shard-claims";

/** What of a Prisma transaction is used here, whichever schema its client was made from. */
export interface SqlTransaction {
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): Promise<number>;
}

/**
 * Writes an event into the outbox of the transaction that makes the change it tells of: both stand, or neither.
 * To be called after that change: its lock on the row is what puts the events of two transactions in their order.
 * The table is `outbox`, made by the service's own migrations.
 */
export async function appendToOutbox<Payload>(
  tx: SqlTransaction,
  event: EventDefinition<Payload>,
  payload: Payload,
): Promise<void> {
  const record = toEventRecord(event, payload);
  // PostgreSQL commits transactions that notify one after the other, each with its write to disk: with all of them notifying,
  // a third of the commits a second were left. So one at a time does; those beside it are found by the look that follows it.
  await tx.$executeRaw`
    WITH appended AS (
      INSERT INTO outbox (event_id, topic, type, key, shard, payload, occurred_at, traceparent)
      VALUES (${record.eventId}, ${record.topic}, ${record.type}, ${record.key},
              abs(hashtext(${record.key}) % ${shardCount}), ${record.payload}::jsonb, ${record.occurredAt}, ${record.traceparent}))
    SELECT pg_notify('outbox', '') WHERE pg_try_advisory_xact_lock(${lockSpace}::int, ${wakeUpLock}::int)`;
}

interface OutboxRow extends EventRecord {
  readonly position: string;
}

// Shard by shard, so that a long backlog is read along its index and never sorted.
const claimQuery = `
  SELECT waiting.* FROM unnest($1::int[]) AS claimed (shard) CROSS JOIN LATERAL (
    SELECT position, event_id AS "eventId", topic, type, key, payload::text AS payload,
           occurred_at AS "occurredAt", traceparent
      FROM outbox WHERE published_at IS NULL AND outbox.shard = claimed.shard AND key <> ALL ($3)
     ORDER BY position LIMIT $2) AS waiting
   LIMIT $2`;

// Looks at the oldest alone: the table is never walked through.
const forgetQuery = `
  DELETE FROM outbox WHERE published_at < now() - interval '1 day'
     AND position <= (SELECT max(position) FROM (SELECT position FROM outbox ORDER BY position LIMIT 1000) AS oldest)`;
const forgetIntervalMs = 60_000;

/**
 * The outbox of a PostgreSQL database as a source for the relay. Each instance claims whole shards of keys (rows skipped by
 * one instance and taken by another would overtake each other). Published rows are deleted after a day.
 */
export function createPostgresOutbox(options: { connectionString: string; log: Logger }): OutboxSource<OutboxRow> {
  const { connectionString, log } = options;
  const pool = new Pool({ connectionString, max: 2, connectionTimeoutMillis: 3_000, query_timeout: 5_000 });
  // An idle connection that breaks is told here; the next query makes a new one.
  pool.on("error", (error) => log.debug({ err: error }, "an outbox connection broke"));
  let wake: () => void = () => undefined;
  const claims = createShardClaims({ connectionString, onWake: () => wake() });
  let turn = 0;

  async function forgetPublished(): Promise<void> {
    while ((await pool.query(forgetQuery)).rowCount) continue;
  }
  const forget = (): void => {
    forgetPublished().catch((error: unknown) => log.debug({ err: error }, "published events could not be deleted yet"));
  };
  const forgetting = setInterval(forget, forgetIntervalMs);
  forget();

  return {
    claim: async (limit, exceptKeys) => {
      const shards = await claims.current();
      turn = (turn + 1) % Math.max(shards.length, 1);
      const inTurn = [...shards.slice(turn), ...shards.slice(0, turn)]; // none stands behind a long one for good
      const values = [inTurn, limit, exceptKeys];
      return (await pool.query<OutboxRow>({ name: "claim", text: claimQuery, values })).rows;
    },
    markPublished: async (rows) => {
      const text = "UPDATE outbox SET published_at = now() WHERE position = ANY ($1::bigint[])";
      await pool.query({ name: "mark", text, values: [rows.map(({ position }) => position)] });
    },
    release: () => claims.release(),
    backlog: async () => {
      const { rows } = await pool.query<Backlog>(
        `SELECT count(*)::int AS waiting, min(occurred_at) AS "oldestAt" FROM outbox WHERE published_at IS NULL`,
      );
      return rows[0] ?? { waiting: 0, oldestAt: null };
    },
    onWake: (callback) => {
      wake = callback;
    },
    stop: async () => {
      clearInterval(forgetting);
      await claims.release();
      await pool.end();
    },
  };
}
