-- Events that hold what somebody wrote, or what leads to an address; few of them, and none of a checkout.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "outbox_personal" ON "outbox"("key") WHERE "payload" ?| ARRAY['reason', 'trackingNumber'];
