SET lock_timeout = '5s';

-- AlterTable
ALTER TABLE "likes" ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "departures" (
    "user_id" TEXT NOT NULL,
    "noted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "swept_at" TIMESTAMPTZ(3),

    CONSTRAINT "departures_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE INDEX "comments_like_count_id_idx" ON "comments"("like_count", "id");

-- What Prisma's schema language cannot say.

-- The sorts by rating of the list of everything, as those of a product's: comment-sort.ts writes them in the same words.
CREATE INDEX "comments_all_highest_rated" ON "comments"(coalesce("rating", 0), "id");
CREATE INDEX "comments_all_lowest_rated" ON "comments"((-coalesce("rating", 6)), "id");

-- A product's reviews, without walking through the replies between them.
CREATE INDEX "reviews_newest" ON "comments"("product_id", "id") WHERE "parent_id" IS NULL;
CREATE INDEX "reviews_most_liked" ON "comments"("product_id", "like_count", "id") WHERE "parent_id" IS NULL;
CREATE INDEX "reviews_highest_rated" ON "comments"("product_id", coalesce("rating", 0), "id") WHERE "parent_id" IS NULL;
CREATE INDEX "reviews_lowest_rated" ON "comments"("product_id", (-coalesce("rating", 6)), "id") WHERE "parent_id" IS NULL;

CREATE INDEX "departures_to_sweep" ON "departures"("noted_at") WHERE "swept_at" IS NULL;
