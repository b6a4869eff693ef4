import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, DriverAdapterError } from "@prisma/driver-adapter-utils";
import { Client, DatabaseError, type Pool, type QueryResult } from "pg";
import { isConcurrent } from "./concurrent-index";
import { begunMark } from "./history";

// Whoever reads a table waits behind the migration that waits for it: not for long.
const lockTimeoutMs = 2_000;
// A migration holds its locks until its end.
const statementTimeoutMs = 30_000;
const concurrentLockTimeoutMs = 300_000;

type PgAdapter = Awaited<ReturnType<PrismaPg["connect"]>>;

// PostgreSQL's internal one-letter type, which its catalogue is full of: the adapter knows text but not this.
const charOid = 18;
const textOid = 25;

/** Prisma's adapter for PostgreSQL, fit for reading a database's schema and for making shadow databases. */
export class MigrationAdapter extends PrismaPg {
  private readonly opened: PgAdapter[] = [];

  constructor(private readonly connectionString: string) {
    // One session: the engine's lock and what is set below are of a session.
    super({ connectionString, max: 1, lock_timeout: lockTimeoutMs, statement_timeout: statementTimeoutMs });
  }

  override async connect(): Promise<PgAdapter> {
    const adapter = await this.open();
    const run = adapter.executeScript.bind(adapter);
    adapter.executeScript = (script) => apply(run, script).catch(throwForEngine);
    return adapter;
  }

  private async open(): Promise<PgAdapter> {
    const adapter = readCharColumns(wholeScripts(await super.connect()));
    this.opened.push(adapter);
    return adapter;
  }

  /** Ends the connections that the engine leaves open. */
  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((adapter) => adapter.dispose()));
  }

  /** A database beside ours for the time of one comparison. */
  override async connectToShadowDb(): Promise<PgAdapter> {
    const name = `shadow_${randomUUID()}`;
    await execute(this.connectionString, `CREATE DATABASE "${name}"`);
    const shadowUrl = new URL(this.connectionString);
    shadowUrl.pathname = `/${name}`;
    const adapter = await new MigrationAdapter(shadowUrl.href).open();
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await execute(this.connectionString, `DROP DATABASE "${name}" WITH (FORCE)`);
    };
    return adapter;
  }
}

// The adapter would cut a script at every semicolon, those within a comment or a function's body included.
function wholeScripts(adapter: PgAdapter): PgAdapter {
  const pool: Pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool);
  adapter.executeScript = async (script) => {
    await query(script);
  };
  return adapter;
}

/**
 * Runs a migration. PostgreSQL runs a script in one transaction, unless it is one statement: the note that it is done
 * goes into the same one, so that a killed applier leaves both or neither.
 */
async function apply(run: (script: string) => Promise<void>, script: string): Promise<void> {
  const unfinished = `"finished_at" IS NULL AND "rolled_back_at" IS NULL`;
  const done = `UPDATE "_prisma_migrations" SET "logs" = NULL, "finished_at" = now() WHERE ${unfinished}`;
  await run(`UPDATE "_prisma_migrations" SET "logs" = '${begunMark}' WHERE ${unfinished}`);
  if (!isConcurrent(script)) {
    await run("RESET lock_timeout; RESET statement_timeout"); // the one before may have set its own
    await run(`${script}\n;${done}`);
    return;
  }
  // It holds nobody up, and waits for every transaction that is open: by locks, which lock_timeout counts.
  await run(`SET lock_timeout = ${concurrentLockTimeoutMs}; SET statement_timeout = 0`);
  await run(script);
  await run(done);
}

/** The engine knows what the database said of errors of this kind alone; of any other it knows that there was one. */
function throwForEngine(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error;
  const { code = "", severity = "ERROR", message, detail, column, hint } = error;
  throw new DriverAdapterError({ kind: "postgres", code, severity, message, detail, column, hint });
}

function readCharColumns(adapter: PgAdapter): PgAdapter {
  const charColumns = new WeakMap<object, number[]>();
  const pool: Pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<QueryResult>;
  const asText = async (...args: unknown[]): Promise<QueryResult> => {
    const result = await query(...args);
    const columns = result.fields.flatMap(({ dataTypeID }, index) => (dataTypeID === charOid ? [index] : []));
    for (const index of columns) Object.assign(result.fields[index] ?? {}, { dataTypeID: textOid });
    charColumns.set(result.rows, columns);
    return result;
  };
  Object.assign(pool, { query: asText });

  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (sql) => {
    const result = await queryRaw(sql);
    for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  return adapter;
}

async function execute(connectionString: string, statement: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
