import { PrismaPg } from "@prisma/adapter-pg";
import { type Logger } from "@shop/telemetry";
import { Pool } from "pg";
import { observePool } from "./pool-metrics";
import { createStatementNames } from "./statement-names";

/**
 * What a service's Prisma client is made with. The client connects when it is first used; a database that does not
 * answer costs a request 5 s at most.
 * @param options.url where the database is, postgresql://
 */
export function createClientOptions(options: { url: string; log: Logger }) {
  const onError = (error: Error): void => options.log.debug({ err: error }, "a database connection broke");
  const pool = new Pool({
    connectionString: options.url,
    max: 10,
    connectionTimeoutMillis: 4_500,
    statement_timeout: 4_000,
    // Beside the server's own limit: a server that is frozen keeps none.
    query_timeout: 4_500,
  });
  observePool(pool);
  const adapter = new PrismaPg(pool, {
    ...{ disposeExternalPool: true, onPoolError: onError, onConnectionError: onError },
    statementNameGenerator: createStatementNames(),
  });
  return { adapter, transactionOptions: { maxWait: 4_500, timeout: 5_000 } };
}
