SET lock_timeout = '5s';

-- CreateIndex
CREATE INDEX "outbox_key_idx" ON "outbox"("key");
