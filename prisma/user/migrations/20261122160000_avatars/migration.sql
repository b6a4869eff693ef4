SET lock_timeout = '2s';

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "avatar_key" TEXT,
ADD COLUMN     "avatar_upload_id" TEXT;

-- CreateTable
CREATE TABLE "avatar_uploads" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "noted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "avatar_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "avatar_uploads_user_id_idx" ON "avatar_uploads"("user_id");

-- CreateIndex
CREATE INDEX "avatar_uploads_noted_at_idx" ON "avatar_uploads"("noted_at");

