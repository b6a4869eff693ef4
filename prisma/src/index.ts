export { databases, type Database } from "./config";
export { applyMigrations, diffFromSchema } from "./migrate";
