DROP INDEX CONCURRENTLY IF EXISTS "order_timeline_order_id_at_id_idx";
