-- A product's reviews, without walking through the replies between them: this and the next three.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "reviews_newest" ON "comments"("product_id", "id") WHERE "parent_id" IS NULL;
