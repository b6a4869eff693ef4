SET lock_timeout = '2s';

-- AlterEnum
ALTER TYPE "link_purpose" ADD VALUE 'FIRST_PASSWORD';

-- AlterTable
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;
