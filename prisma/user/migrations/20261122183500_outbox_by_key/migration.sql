CREATE INDEX CONCURRENTLY IF NOT EXISTS "outbox_key_idx" ON "outbox"("key");
