import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { type Logger } from "@shop/telemetry";
import { type StandIn, type StandInOptions, type StartStandIn } from "../stand-in";
import { createApiTable, type ApiTable } from "./api/api-table";
import { createDescribeConfigsApi } from "./api/describe-configs";
import { createFetchApi } from "./api/fetch";
import { createGroupAdminApis } from "./api/group-admin";
import { createGroupMembershipApis } from "./api/group-membership";
import { createGroupOffsetApis } from "./api/group-offsets";
import { createInitProducerIdApi } from "./api/init-producer-id";
import { createListOffsetsApi } from "./api/list-offsets";
import { createMetadataApi, type Endpoint } from "./api/metadata";
import { createProduceApi } from "./api/produce";
import { createTopicAdminApis } from "./api/topic-admin";
import { serveConnection } from "./connection";
import { openGroupCoordinator, type GroupCoordinator } from "./groups/coordinator";
import { openProducerIds, type ProducerIds } from "./producer-ids";
import { defaultSettings, type BrokerSettings } from "./settings";
import { openTopics, type TopicRegistry } from "./topics";
import { startUpkeep } from "./upkeep";

const nodeId = 0;

/**
 * Starts a Kafka broker of one node, for development and tests: topics, idempotent producers and consumer groups on the real
 * wire protocol, all of it on disk. Not there: transactions, replication, access control, log compaction.
 *
 * What it has acknowledged has been handed to the operating system, so it outlives the end of the process however it comes; a
 * loss of power may take what was written within the last `syncIntervalMs`.
 * @throws if the port is taken or the data folder cannot be used
 */
export const startKafkaBroker = (async (options: StandInOptions & Partial<BrokerSettings>): Promise<StandIn> => {
  const { host, dataDir, log } = options;
  const settings: BrokerSettings = { ...defaultSettings, ...options };
  const server = createServer();
  server.listen(options.port, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  try {
    mkdirSync(dataDir, { recursive: true });
    const topics = openTopics(dataDir, { settings, log });
    const groups = openGroupCoordinator(dataDir, { settings, log });
    const producerIds = openProducerIds(dataDir, { log });
    const apis = createApis({ topics, groups, producerIds, settings, log, endpoint: { nodeId, host, port } });
    const upkeep = startUpkeep({ topics, groups, settings, log });
    const connections = serveConnections(server, { apis, log });
    log.info({ host, port, dataDir }, "a stand-in for Kafka listens; it is for development and tests");

    return {
      port,
      async stop() {
        groups.stop();
        await connections.end();
        await upkeep.stop();
        topics.close();
        groups.close();
        producerIds.close();
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}) satisfies StartStandIn;

function createApis(deps: {
  topics: TopicRegistry;
  groups: GroupCoordinator;
  producerIds: ProducerIds;
  settings: BrokerSettings;
  endpoint: Endpoint;
  log: Logger;
}): ApiTable {
  return createApiTable([
    createProduceApi(deps),
    createFetchApi(deps),
    createListOffsetsApi(deps),
    createMetadataApi(deps),
    createDescribeConfigsApi(deps),
    createInitProducerIdApi(deps),
    ...createTopicAdminApis(deps),
    ...createGroupAdminApis(deps),
    ...createGroupMembershipApis(deps),
    ...createGroupOffsetApis(deps),
  ]);
}

function serveConnections(server: Server, deps: { apis: ApiTable; log: Logger }): { end(): Promise<void> } {
  const sockets = new Set<Socket>();
  server.on("error", (error) => deps.log.error({ err: error }, "connections cannot be accepted"));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(socket, deps);
  });
  return {
    async end() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
