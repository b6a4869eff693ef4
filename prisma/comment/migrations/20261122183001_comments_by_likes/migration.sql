CREATE INDEX CONCURRENTLY IF NOT EXISTS "comments_like_count_id_idx" ON "comments"("like_count", "id");
