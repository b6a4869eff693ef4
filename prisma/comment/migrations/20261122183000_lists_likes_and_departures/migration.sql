SET lock_timeout = '2s';

-- AlterTable
ALTER TABLE "likes" ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "departures" (
    "user_id" TEXT NOT NULL,
    "noted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "swept_at" TIMESTAMPTZ(3),

    CONSTRAINT "departures_pkey" PRIMARY KEY ("user_id")
);

-- What Prisma's schema language cannot say.
CREATE INDEX "departures_to_sweep" ON "departures"("noted_at") WHERE "swept_at" IS NULL;
