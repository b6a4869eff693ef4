import { z } from "zod";
import { type Command, defineCommand } from "../command";
import { maxDocumentBytes } from "../values/bson";
import { maxMessageBytes } from "../wire-messages";

const version = "7.0.0";
const anyFields = z.looseObject({});

/** The most statements of one write command: MongoDB's own limit. */
export const maxWriteBatchSize = 100_000;

/**
 * Tells of a standalone server: no replica set, so that drivers neither retry writes nor stream a topology. Sessions
 * are named, since a standalone has them too; drivers open one for every command.
 */
const hello = defineCommand(anyFields, () => ({
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: maxDocumentBytes,
  maxMessageSizeBytes: maxMessageBytes,
  maxWriteBatchSize,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  connectionId: 1,
  minWireVersion: 0,
  // MongoDB 7.0.
  maxWireVersion: 21,
  readOnly: false,
}));

const nothing = defineCommand(anyFields, () => ({}));

const buildInfo = defineCommand(anyFields, () => ({
  version,
  versionArray: version.split(".").map(Number).concat(0),
  gitVersion: "stand-in",
  modules: [],
  maxBsonObjectSize: maxDocumentBytes,
}));

const connectionStatus = defineCommand(anyFields, () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
}));

const serverStatus = defineCommand(anyFields, () => ({
  version,
  process: "stand-in for mongod",
  uptime: process.uptime(),
  localTime: new Date(),
}));

export const handshakeCommands: Record<string, Command> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: nothing,
  endSessions: nothing,
  buildInfo,
  buildinfo: buildInfo,
  connectionStatus,
  serverStatus,
};
