SET lock_timeout = '2s';

-- CreateTable
CREATE TABLE "departures" (
    "user_id" TEXT NOT NULL,
    "departed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "departures_pkey" PRIMARY KEY ("user_id")
);

-- What Prisma's schema language cannot say.

-- What somebody wrote can be taken out of an entry; nothing else of it ever changes.
DROP TRIGGER "order_timeline_append_only" ON "order_timeline";
CREATE TRIGGER "order_timeline_append_only" BEFORE UPDATE ON "order_timeline" FOR EACH ROW
  WHEN (NEW."note" IS NOT NULL
    OR (OLD."id", OLD."order_id", OLD."at", OLD."status", OLD."actor_id")
      IS DISTINCT FROM (NEW."id", NEW."order_id", NEW."at", NEW."status", NEW."actor_id"))
  EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "order_timeline_no_delete" BEFORE DELETE ON "order_timeline"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
