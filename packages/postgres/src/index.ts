export { createClientOptions } from "./client-options";
export { isDatabaseOutage, isUniqueViolation } from "./errors";
export { inTransaction, inTurn, type TransactionalClient } from "./transaction";
