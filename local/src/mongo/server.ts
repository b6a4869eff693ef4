import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type StartStandIn } from "../stand-in";
import { serveConnection } from "./connection";
import { createCursors } from "./cursors";
import { createDispatcher } from "./dispatch";
import { openStore } from "./storage/store";
import { startExpiry } from "./ttl";

const cursorSweepMs = 60_000;

/**
 * Starts a MongoDB server for development and tests: MongoDB's wire protocol, one process, its data in journals under
 * `dataDir`. It presents itself as a standalone of version 7.0: connect with `mongodb://host:port/database`.
 * Transactions, change streams, text search, collations and authentication are refused by name.
 */
export const startMongoServer: StartStandIn = async ({ host, port, dataDir, log }) => {
  const store = openStore({ dataDir, log });
  const cursors = createCursors();
  const answer = createDispatcher({ store, cursors, log });
  const expiry = startExpiry({ store, log });
  const cursorSweep = setInterval(() => cursors.forgetIdle(), cursorSweepMs);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(socket, { log, answer });
  });

  function closeStore(): void {
    clearInterval(cursorSweep);
    expiry.stop();
    store.close();
  }

  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    closeStore();
    throw error;
  }

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      closeStore();
    },
  };
};
