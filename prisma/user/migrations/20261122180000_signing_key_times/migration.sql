SET lock_timeout = '2s';

-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN "signs_from" TIMESTAMPTZ(3);

-- Until now a key signed as soon as it was there.
UPDATE "signing_keys" SET "signs_from" = "created_at";

-- AlterTable
ALTER TABLE "signing_keys" ALTER COLUMN "signs_from" SET NOT NULL;
