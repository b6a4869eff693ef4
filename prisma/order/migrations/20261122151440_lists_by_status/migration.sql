CREATE INDEX CONCURRENTLY IF NOT EXISTS "orders_status_id_idx" ON "orders"("status", "id" DESC);
