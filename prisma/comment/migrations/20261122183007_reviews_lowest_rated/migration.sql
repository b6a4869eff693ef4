CREATE INDEX CONCURRENTLY IF NOT EXISTS "reviews_lowest_rated" ON "comments"("product_id", (-coalesce("rating", 6)), "id") WHERE "parent_id" IS NULL;
