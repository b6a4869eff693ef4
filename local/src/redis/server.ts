import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { type StartStandIn } from "../stand-in";
import { type ServerFacts } from "./command";
import { createConnection, type Connection } from "./connection";
import { createEngine } from "./engine";
import { openJournal, type Journal } from "./journal";
import { createKeyspace } from "./keyspace";
import { createPubSub } from "./pub-sub";
import { createScripts } from "./scripts";
import { createSession } from "./session";
import { snapshotOf } from "./snapshot";

const sweepIntervalMs = 1000;

/**
 * A server that speaks Redis's protocol (RESP2), for machines without redis-server: strings, hashes, sets, lists, sorted
 * sets, expiry, transactions, Lua and pub/sub, kept in an append-only file. For development, demonstration and tests:
 * an acknowledged write outlives the process, kill -9 included, but not the loss of power.
 * @throws when the port is taken, or the data cannot be read or written
 */
export const startRedisServer: StartStandIn = async ({ host, port, dataDir, log }) => {
  mkdirSync(dataDir, { recursive: true });
  const connections = new Set<Connection>();
  const waitingToSend = new Set<Connection>();
  const pubSub = createPubSub();
  const keyspace = createKeyspace({ onExpired: (key) => engine.expired(key) });
  let boundPort = port;
  const facts: ServerFacts = {
    runId: randomBytes(20).toString("hex"),
    startedAtMs: Date.now(),
    connections: () => connections.size,
    port: () => boundPort,
    compact: () => journal.compact(),
  };
  const engine = createEngine({
    keyspace,
    pubSub,
    scripts: createScripts(),
    server: facts,
    log,
    onEffects: (effects) => journal.append(effects),
  });
  const journal = loadJournal();

  function loadJournal(): Journal {
    const session = createSession(0, () => undefined);
    keyspace.setExpiring(false);
    const opened = openJournal({
      path: join(dataDir, "appendonly.aof"),
      replay: (command) => engine.replay(session, command),
      snapshot: () => snapshotOf(keyspace),
      log,
    });
    keyspace.setExpiring(true);
    return opened;
  }

  /** The end of a turn: what was changed goes to disk, and only then what tells of it to the clients. */
  function settle(): void {
    journal.flush();
    for (const connection of waitingToSend) connection.send();
    waitingToSend.clear();
  }

  let lastId = 0;
  const server = createServer((socket) => {
    lastId += 1;
    const connection = createConnection({
      id: lastId,
      socket,
      engine,
      pubSub,
      onTurn: settle,
      onOutput: (sender) => waitingToSend.add(sender),
    });
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
  });
  const listening = new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  await listening.catch((error: unknown) => {
    journal.close();
    throw error;
  });
  boundPort = (server.address() as AddressInfo).port;
  const sweeping = setInterval(() => {
    engine.sweep();
    settle();
  }, sweepIntervalMs);
  log.info({ port: boundPort, keys: keyspace.keys().length }, "Redis stand-in is up: for development and tests only");

  return {
    port: boundPort,
    stop: async () => {
      clearInterval(sweeping);
      for (const connection of connections) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      journal.close();
    },
  };
};
