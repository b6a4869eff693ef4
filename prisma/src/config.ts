import { loadEnvironment, url } from "@shop/env";
import { z } from "zod";

/** The services that keep their data in PostgreSQL, and so have a folder here. */
export const databases = ["user", "order", "comment"] as const;
export type Database = (typeof databases)[number];

const variable: Record<Database, string> = {
  user: "USER_DATABASE_URL",
  order: "ORDER_DATABASE_URL",
  comment: "COMMENT_DATABASE_URL",
};

/** Where the named service's database is. Ends the process where its variable is missing. */
export function loadConnectionString(database: Database): string {
  const name = variable[database];
  const schema = z.object({ [name]: url("postgresql", "postgres") });
  return String(loadEnvironment(schema, process.env)[name]);
}
