CREATE INDEX CONCURRENTLY IF NOT EXISTS "reviews_highest_rated" ON "comments"("product_id", coalesce("rating", 0), "id") WHERE "parent_id" IS NULL;
