import { type EventDefinition } from "@shop/event-contracts";
import { type Logger } from "@shop/telemetry";
import { Client, Pool } from "pg";
import { type EventRecord, toEventRecord } from "./event-record";
import { type OutboxSource } from "./outbox-relay";

/** What of a Prisma transaction is used here, whichever schema its client was made from. */
export interface SqlTransaction {
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): Promise<number>;
}

const shardCount = 16;
const channel = "outbox";
// The first half of the advisory locks' key, so that they meet no other lock of the database.
const lockSpace = 0x6f757462;

/**
 * Writes an event into the outbox of the transaction that makes the change it tells of: both stand, or neither.
 * The table is `outbox`, made by the service's own migrations.
 */
export async function appendToOutbox<Payload>(
  tx: SqlTransaction,
  event: EventDefinition<Payload>,
  payload: Payload,
): Promise<void> {
  const record = toEventRecord(event, payload);
  await tx.$executeRaw`
    WITH appended AS (
      INSERT INTO outbox (event_id, topic, type, key, shard, payload, occurred_at, traceparent)
      VALUES (${record.eventId}, ${record.topic}, ${record.type}, ${record.key},
              abs(hashtext(${record.key}) % ${shardCount}), ${record.payload}::jsonb, ${record.occurredAt}, ${record.traceparent}))
    SELECT pg_notify('outbox', '')`;
}

interface OutboxRow extends EventRecord {
  readonly position: string;
}

/**
 * The outbox of a PostgreSQL database as a source for the relay. Each instance claims whole shards of keys by advisory
 * lock (rows skipped by one instance and taken by another would overtake each other) and gives them back when its session ends.
 */
export function createPostgresOutbox(options: { connectionString: string; log: Logger }): OutboxSource<OutboxRow> {
  const pool = new Pool({ connectionString: options.connectionString, max: 2, connectionTimeoutMillis: 3_000 });
  // An idle connection that breaks is told here; the next query makes a new one.
  pool.on("error", (error) => options.log.debug({ err: error }, "an outbox connection broke"));
  let session: Promise<LockSession> | undefined;
  let wake: () => void = () => undefined;
  let stopped = false;

  function openSession(): Promise<LockSession> {
    const opening = startLockSession(options.connectionString, () => wake());
    opening.then(
      ({ ended }) =>
        ended.then(() => {
          if (session === opening) session = undefined;
        }),
      () => {
        if (session === opening) session = undefined;
      },
    );
    return opening;
  }

  return {
    claim: async (limit) => {
      if (stopped) return [];
      const shards = await (await (session ??= openSession())).shards();
      const { rows } = await pool.query<OutboxRow>(
        `SELECT position, event_id AS "eventId", topic, type, key, payload::text AS payload,
                occurred_at AS "occurredAt", traceparent
           FROM outbox WHERE published_at IS NULL AND shard = ANY($1) ORDER BY position LIMIT $2`,
        [shards, limit],
      );
      return rows;
    },
    markPublished: async (rows) => {
      await pool.query("UPDATE outbox SET published_at = now() WHERE position = ANY($1::bigint[])", [
        rows.map((row) => row.position),
      ]);
    },
    onWake: (callback) => {
      wake = callback;
    },
    stop: async () => {
      stopped = true;
      await (await session?.catch(() => undefined))?.end();
      await pool.end();
    },
  };
}

interface LockSession {
  /** The shards that this session holds, after trying for those that nobody holds. */
  shards(): Promise<number[]>;
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

async function startLockSession(connectionString: string, onNotify: () => void): Promise<LockSession> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 3_000, keepAlive: true });
  const ended = new Promise<void>((resolve) => {
    client.on("error", () => resolve());
    client.on("end", () => resolve());
  });
  client.on("notification", onNotify);
  await client.connect();
  await client.query(`LISTEN ${channel}`);
  const held = new Set<number>();
  return {
    ended,
    shards: async () => {
      const free = Array.from({ length: shardCount }, (_, shard) => shard).filter((shard) => !held.has(shard));
      if (free.length > 0) {
        const { rows } = await client.query<{ shard: number; taken: boolean }>(
          "SELECT shard, pg_try_advisory_lock($1, shard) AS taken FROM unnest($2::int[]) AS shard",
          [lockSpace, free],
        );
        for (const { shard, taken } of rows) if (taken) held.add(shard);
      }
      return [...held];
    },
    end: () => client.end(),
  };
}
