export { createInventoryClient, type InventoryClient } from "./client";
export { startInventoryServer, type InventoryImplementation } from "./server";
export { ShortageReason } from "./inventory_pb";
