export { createClientOptions } from "./client-options";
export { isDatabaseOutage, isUniqueViolation } from "./errors";
export { inTransaction, type TransactionalClient } from "./transaction";
