SET lock_timeout = '5s';

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('PENDING', 'AWAITING_PAYMENT', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'EXPIRED', 'REJECTED');

-- CreateEnum
CREATE TYPE "payment_status" AS ENUM ('PENDING', 'AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'VOIDED', 'FAILED');

-- CreateEnum
CREATE TYPE "transaction_kind" AS ENUM ('AUTHORIZE', 'CAPTURE', 'VOID', 'REFUND');

-- CreateEnum
CREATE TYPE "transaction_status" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

-- CreateTable
CREATE TABLE "orders" (
    "id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "status" "order_status" NOT NULL,
    "currency" TEXT NOT NULL,
    "total_minor" BIGINT,
    "expected_total_minor" BIGINT,
    "rejection" JSONB,
    "tracking_number" TEXT,
    "recipient" TEXT NOT NULL,
    "line1" TEXT NOT NULL,
    "line2" TEXT,
    "city" TEXT NOT NULL,
    "region" TEXT,
    "postal_code" TEXT NOT NULL,
    "country_code" TEXT NOT NULL,
    "phone" TEXT,
    "attend_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_lines" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "product_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "name" TEXT,
    "unit_price_minor" BIGINT,

    CONSTRAINT "order_lines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_timeline" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status" "order_status" NOT NULL,
    "note" TEXT,
    "actor_id" TEXT,

    CONSTRAINT "order_timeline_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payments" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "token" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "status" "payment_status" NOT NULL,
    "refunded_minor" BIGINT NOT NULL DEFAULT 0,
    "rejection" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transactions" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "kind" "transaction_kind" NOT NULL,
    "status" "transaction_status" NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "reference" TEXT,
    "failure_code" TEXT,
    "reason" TEXT,
    "attend_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transactions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "viewer_id" TEXT NOT NULL,
    "mutation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "answered_at" TIMESTAMPTZ(3),
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

-- CreateIndex
CREATE UNIQUE INDEX "orders_number_key" ON "orders"("number");

-- CreateIndex
CREATE INDEX "orders_user_id_id_idx" ON "orders"("user_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "order_lines_order_id_place_key" ON "order_lines"("order_id", "place");

-- CreateIndex
CREATE UNIQUE INDEX "order_lines_order_id_product_id_key" ON "order_lines"("order_id", "product_id");

-- CreateIndex
CREATE INDEX "order_timeline_order_id_at_id_idx" ON "order_timeline"("order_id", "at", "id");

-- CreateIndex
CREATE INDEX "payments_order_id_id_idx" ON "payments"("order_id", "id");

-- CreateIndex
CREATE INDEX "transactions_payment_id_id_idx" ON "transactions"("payment_id", "id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_event_id_key" ON "outbox"("event_id");

-- AddForeignKey
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_timeline" ADD CONSTRAINT "order_timeline_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema language cannot say.

ALTER TABLE "orders"
  ADD CONSTRAINT "orders_currency" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "orders_total" CHECK ("total_minor" BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT "orders_priced" CHECK ("status" IN ('PENDING', 'REJECTED') OR "total_minor" IS NOT NULL),
  ADD CONSTRAINT "orders_rejection" CHECK (("status" = 'REJECTED') = ("rejection" IS NOT NULL)),
  ADD CONSTRAINT "orders_attended" CHECK (("status" = 'PENDING') = ("attend_at" IS NOT NULL)),
  ADD CONSTRAINT "orders_expiry" CHECK ("status" <> 'AWAITING_PAYMENT' OR "expires_at" IS NOT NULL),
  ADD CONSTRAINT "orders_country_code" CHECK ("country_code" ~ '^[A-Z]{2}$'),
  ADD CONSTRAINT "orders_version" CHECK ("version" >= 1);

ALTER TABLE "order_lines"
  ADD CONSTRAINT "order_lines_quantity" CHECK ("quantity" BETWEEN 1 AND 999),
  ADD CONSTRAINT "order_lines_price" CHECK ("unit_price_minor" >= 0),
  ADD CONSTRAINT "order_lines_priced" CHECK (("name" IS NULL) = ("unit_price_minor" IS NULL));

ALTER TABLE "payments"
  ADD CONSTRAINT "payments_amount" CHECK ("amount_minor" BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT "payments_refunded" CHECK ("refunded_minor" BETWEEN 0 AND "amount_minor");

ALTER TABLE "transactions"
  ADD CONSTRAINT "transactions_amount" CHECK ("amount_minor" BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT "transactions_attended" CHECK (("status" = 'PENDING') = ("attend_at" IS NOT NULL)),
  ADD CONSTRAINT "transactions_failure" CHECK (("status" = 'FAILED') = ("failure_code" IS NOT NULL));

-- One payment of an order may hold or have taken money; another begins only when it has failed or was voided.
CREATE UNIQUE INDEX "payments_one_live" ON "payments"("order_id") WHERE "status" NOT IN ('FAILED', 'VOIDED');
CREATE UNIQUE INDEX "transactions_one_authorization" ON "transactions"("payment_id") WHERE "kind" = 'AUTHORIZE';
-- An authorization is captured or voided: whichever is decided first.
CREATE UNIQUE INDEX "transactions_one_decision" ON "transactions"("payment_id")
  WHERE "kind" IN ('CAPTURE', 'VOID') AND "status" <> 'FAILED';

-- What the workers look for.
CREATE INDEX "orders_to_attend" ON "orders"("attend_at") WHERE "status" = 'PENDING';
CREATE INDEX "orders_to_expire" ON "orders"("expires_at") WHERE "status" = 'AWAITING_PAYMENT';
CREATE INDEX "transactions_to_attend" ON "transactions"("attend_at") WHERE "status" = 'PENDING';
CREATE INDEX "outbox_to_publish" ON "outbox"("shard", "position") WHERE "published_at" IS NULL;

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER "order_timeline_append_only" BEFORE UPDATE OR DELETE ON "order_timeline"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- A transaction is settled once; what was asked never changes.
CREATE TRIGGER "transactions_append_only" BEFORE UPDATE ON "transactions" FOR EACH ROW
  WHEN (OLD."status" <> 'PENDING'
    OR (OLD."id", OLD."payment_id", OLD."kind", OLD."amount_minor", OLD."reason", OLD."created_at")
      IS DISTINCT FROM (NEW."id", NEW."payment_id", NEW."kind", NEW."amount_minor", NEW."reason", NEW."created_at"))
  EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "transactions_no_delete" BEFORE DELETE ON "transactions"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
