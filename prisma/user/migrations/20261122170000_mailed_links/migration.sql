SET lock_timeout = '2s';

-- CreateEnum
CREATE TYPE "link_purpose" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD');

-- CreateTable
CREATE TABLE "mailed_links" (
    "id" TEXT NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "email_key" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "mailed_links_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "mailed_links_token_hash_key" ON "mailed_links"("token_hash");

-- CreateIndex
CREATE INDEX "mailed_links_email_key_purpose_expires_at_idx" ON "mailed_links"("email_key", "purpose", "expires_at");

-- CreateIndex
CREATE INDEX "mailed_links_expires_at_idx" ON "mailed_links"("expires_at");

-- What schema.prisma cannot say.

-- What the worker that sends them looks for; most are settled.
CREATE INDEX "mailed_links_unsettled" ON "mailed_links"("next_try_at") WHERE "settled_at" IS NULL;
