SET lock_timeout = '5s';

-- CreateEnum
CREATE TYPE "comment_visibility" AS ENUM ('VISIBLE', 'HIDDEN');

-- CreateEnum
CREATE TYPE "product_status" AS ENUM ('DRAFT', 'ACTIVE', 'ARCHIVED');

-- CreateTable
CREATE TABLE "products" (
    "id" TEXT NOT NULL,
    "status" "product_status" NOT NULL,
    "version" INTEGER NOT NULL,
    "histogram" INTEGER[] DEFAULT ARRAY[0, 0, 0, 0, 0]::INTEGER[],

    CONSTRAINT "products_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comments" (
    "id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "root_id" TEXT NOT NULL,
    "parent_id" TEXT,
    "author_id" TEXT,
    "rating" INTEGER,
    "body" TEXT NOT NULL,
    "visibility" "comment_visibility" NOT NULL DEFAULT 'VISIBLE',
    "like_count" INTEGER NOT NULL DEFAULT 0,
    "open_reports" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "comments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "likes" (
    "comment_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "likes_pkey" PRIMARY KEY ("comment_id","user_id")
);

-- CreateTable
CREATE TABLE "reports" (
    "comment_id" TEXT NOT NULL,
    "reporter_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("comment_id","reporter_id")
);

-- CreateTable
CREATE TABLE "moderations" (
    "position" BIGSERIAL NOT NULL,
    "comment_id" TEXT NOT NULL,
    "moderator_id" TEXT NOT NULL,
    "visibility" "comment_visibility" NOT NULL,
    "reason" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "moderations_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "purchases" (
    "user_id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,

    CONSTRAINT "purchases_pkey" PRIMARY KEY ("user_id","product_id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "viewer_id" TEXT NOT NULL,
    "mutation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "comment_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("viewer_id","mutation","key")
);

-- CreateTable
CREATE TABLE "outbox" (
    "position" BIGSERIAL NOT NULL,
    "event_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "shard" INTEGER NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "traceparent" TEXT,
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "inbox" (
    "event_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("event_id")
);

-- CreateIndex
CREATE INDEX "comments_product_id_id_idx" ON "comments"("product_id", "id");

-- CreateIndex
CREATE INDEX "comments_product_id_like_count_id_idx" ON "comments"("product_id", "like_count", "id");

-- CreateIndex
CREATE INDEX "comments_parent_id_id_idx" ON "comments"("parent_id", "id");

-- CreateIndex
CREATE INDEX "comments_root_id_idx" ON "comments"("root_id");

-- CreateIndex
CREATE INDEX "comments_author_id_id_idx" ON "comments"("author_id", "id");

-- CreateIndex
CREATE INDEX "likes_user_id_idx" ON "likes"("user_id");

-- CreateIndex
CREATE INDEX "reports_reporter_id_idx" ON "reports"("reporter_id");

-- CreateIndex
CREATE INDEX "moderations_comment_id_position_idx" ON "moderations"("comment_id", "position");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_event_id_key" ON "outbox"("event_id");

-- CreateIndex
CREATE INDEX "inbox_received_at_idx" ON "inbox"("received_at");

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "products"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_root_id_fkey" FOREIGN KEY ("root_id") REFERENCES "comments"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "comments" ADD CONSTRAINT "comments_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "comments"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "likes" ADD CONSTRAINT "likes_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say.

ALTER TABLE "products"
  ALTER COLUMN "histogram" SET NOT NULL,
  ADD CONSTRAINT "products_histogram" CHECK (array_length("histogram", 1) = 5 AND 0 <= ALL ("histogram"));

ALTER TABLE "comments"
  ADD CONSTRAINT "comments_root" CHECK (("parent_id" IS NULL) = ("root_id" = "id")),
  ADD CONSTRAINT "comments_rating" CHECK ("rating" BETWEEN 1 AND 5),
  ADD CONSTRAINT "comments_rated" CHECK (("rating" IS NOT NULL) = ("parent_id" IS NULL AND "deleted_at" IS NULL)),
  ADD CONSTRAINT "comments_author" CHECK (("author_id" IS NULL) = ("deleted_at" IS NOT NULL)),
  ADD CONSTRAINT "comments_body" CHECK (("body" = '') = ("deleted_at" IS NOT NULL)),
  ADD CONSTRAINT "comments_counts" CHECK ("like_count" >= 0 AND "open_reports" >= 0),
  ADD CONSTRAINT "comments_version" CHECK ("version" >= 1);

-- One review of a product by each author.
CREATE UNIQUE INDEX "comments_one_review" ON "comments"("author_id", "product_id") WHERE "parent_id" IS NULL;

-- The sorts by rating, which comment-sort.ts writes in the same words.
CREATE INDEX "comments_highest_rated" ON "comments"("product_id", coalesce("rating", 0), "id");
CREATE INDEX "comments_lowest_rated" ON "comments"("product_id", (-coalesce("rating", 6)), "id");

-- The moderation queue.
CREATE INDEX "comments_reported" ON "comments"("id") WHERE "open_reports" > 0;
CREATE INDEX "comments_hidden" ON "comments"("id") WHERE "visibility" = 'HIDDEN';

CREATE INDEX "outbox_to_publish" ON "outbox"("shard", "position") WHERE "published_at" IS NULL;
