-- The sorts by rating of the list of everything, as those of a product's: comment-sort.ts writes them in the same words.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "comments_all_highest_rated" ON "comments"(coalesce("rating", 0), "id");
