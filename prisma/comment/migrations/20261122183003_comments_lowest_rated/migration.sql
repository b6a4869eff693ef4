CREATE INDEX CONCURRENTLY IF NOT EXISTS "comments_all_lowest_rated" ON "comments"((-coalesce("rating", 6)), "id");
