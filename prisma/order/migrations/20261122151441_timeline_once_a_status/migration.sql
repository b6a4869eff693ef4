CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "order_timeline_order_id_status_key" ON "order_timeline"("order_id", "status");
