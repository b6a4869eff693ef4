CREATE INDEX CONCURRENTLY IF NOT EXISTS "reviews_most_liked" ON "comments"("product_id", "like_count", "id") WHERE "parent_id" IS NULL;
