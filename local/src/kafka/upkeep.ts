import { type Logger } from "@shop/telemetry";
import { type GroupCoordinator } from "./groups/coordinator";
import { type BrokerSettings } from "./settings";
import { type TopicRegistry } from "./topics";

/** Forces to disk what was written, and drops what is past its use, both at intervals until stopped. */
export function startUpkeep(deps: {
  topics: TopicRegistry;
  groups: GroupCoordinator;
  settings: BrokerSettings;
  log: Logger;
}): { stop(): Promise<void> } {
  const { topics, groups, settings, log } = deps;
  let syncing: Promise<void> | undefined;

  function startSync(): void {
    syncing ??= sync();
  }

  async function sync(): Promise<void> {
    try {
      await topics.sync();
      await groups.sync();
    } catch (error) {
      log.error({ err: error }, "data could not be forced to disk");
    } finally {
      syncing = undefined;
    }
  }

  function enforceRetention(): void {
    try {
      topics.enforceRetention(Date.now());
      groups.forgetAbandoned();
    } catch (error) {
      log.error({ err: error }, "expired data could not be dropped");
    }
  }

  const syncTimer = setInterval(startSync, settings.syncIntervalMs);
  const retentionTimer = setInterval(enforceRetention, settings.retentionCheckIntervalMs);
  return {
    async stop() {
      clearInterval(syncTimer);
      clearInterval(retentionTimer);
      await syncing;
    },
  };
}
