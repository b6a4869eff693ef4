export { databases, type Database } from "./config";
export { migrationsVersion } from "./folder";
export { applyMigrations, diffFromSchema } from "./migrate";
