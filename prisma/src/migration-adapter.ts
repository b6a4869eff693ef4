import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import { Client, type Pool, type QueryResult } from "pg";

type PgAdapter = Awaited<ReturnType<PrismaPg["connect"]>>;

// PostgreSQL's internal one-letter type, which its catalogue is full of: the adapter knows text but not this.
const charOid = 18;
const textOid = 25;

/** Prisma's adapter for PostgreSQL, fit for reading a database's schema and for making shadow databases. */
export class MigrationAdapter extends PrismaPg {
  private readonly opened: PgAdapter[] = [];

  constructor(private readonly connectionString: string) {
    super({ connectionString });
  }

  override async connect(): Promise<PgAdapter> {
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
    const adapter = await new MigrationAdapter(shadowUrl.href).connect();
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
