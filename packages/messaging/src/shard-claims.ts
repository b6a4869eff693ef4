import { Client } from "pg";
import { fairShare, type HeldLock, presence } from "./shard-shares";

export const shardCount = 16;
/** The first half of all the advisory locks' keys here, so that they meet no other lock of the database. */
export const lockSpace = 0x6f757462;
/** The lock that a transaction takes to be the one that wakes the relays. */
export const wakeUpLock = shardCount + 1;

export interface ShardClaims {
  /** The shards that this instance alone has, no more than its fair part. */
  current(): Promise<readonly number[]>;
  /** Gives all back, until `current` is called again. */
  release(): Promise<void>;
}

const balanceIntervalMs = 1_000;
const answerLimitMs = 5_000;

// Ends the session, and with it the locks, of an instance that is frozen or hangs (it has asked nothing for so long), and
// of one whose machine is gone. One that is killed is known at once: its system closes the connection.
const sessionOptions = [
  "-c idle_session_timeout=30s",
  "-c tcp_keepalives_idle=10",
  "-c tcp_keepalives_interval=5",
  "-c tcp_keepalives_count=3",
].join(" ");

const locksQuery = `
  SELECT objid::int AS id, pid = pg_backend_pid() AS ours FROM pg_locks
   WHERE locktype = 'advisory' AND granted AND classid = $1 AND objsubid = 2
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * Shards of keys, each had by one of the instances that share a database, by advisory locks of a session that also listens
 * for wake-ups. The session is one with PostgreSQL itself: a pooler in between would share it out.
 */
export function createShardClaims(options: { connectionString: string; onWake: () => void }): ShardClaims {
  let session: Promise<Session> | undefined;
  return {
    current: async () => (await (session ??= startSession(options))).shards(),
    release: async () => {
      const ending = session;
      session = undefined;
      await (await ending?.catch(() => undefined))?.end();
    },
  };
}

interface Session {
  shards(): Promise<readonly number[]>;
  end(): Promise<void>;
}

async function startSession(options: { connectionString: string; onWake: () => void }): Promise<Session> {
  const client = new Client({
    connectionString: options.connectionString,
    connectionTimeoutMillis: 3_000,
    query_timeout: answerLimitMs,
    options: sessionOptions,
  });
  let ended = false;
  client.on("error", () => undefined); // "end" follows
  client.on("end", () => {
    ended = true;
  });
  client.on("notification", options.onWake);
  try {
    await client.connect();
    await client.query("LISTEN outbox");
    await client.query("SELECT pg_advisory_lock_shared($1, $2)", [lockSpace, presence(shardCount)]);
  } catch (error) {
    client.end().catch(() => undefined); // half a session would count as an instance
    throw error;
  }

  async function balance(): Promise<readonly number[]> {
    const { rows: locks } = await client.query<HeldLock>(locksQuery, [lockSpace]);
    const { keep, giveBack, take } = fairShare(locks, shardCount);
    if (giveBack.length > 0) {
      await client.query("SELECT pg_advisory_unlock($1, shard) FROM unnest($2::int[]) AS shard", [lockSpace, giveBack]);
    }
    if (take.length === 0) return keep;
    const { rows } = await client.query<{ shard: number; taken: boolean }>(
      "SELECT shard, pg_try_advisory_lock($1, shard) AS taken FROM unnest($2::int[]) AS shard",
      [lockSpace, take],
    );
    return [...keep, ...rows.filter(({ taken }) => taken).map(({ shard }) => shard)];
  }

  let held: readonly number[] = [];
  let balanceAt = 0;
  return {
    shards: async () => {
      if (ended) throw new Error("the outbox's session with PostgreSQL ended");
      if (Date.now() >= balanceAt) {
        held = await balance();
        balanceAt = Date.now() + balanceIntervalMs;
      }
      return held;
    },
    end: async () => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, answerLimitMs);
      });
      await Promise.race([client.end(), limit]);
      clearTimeout(timer);
    },
  };
}
