SET lock_timeout = '5s';

-- DropIndex
DROP INDEX "order_timeline_order_id_at_id_idx";

-- CreateIndex
CREATE UNIQUE INDEX "order_timeline_order_id_status_key" ON "order_timeline"("order_id", "status");

-- CreateIndex
CREATE INDEX "orders_status_id_idx" ON "orders"("status", "id" DESC);
