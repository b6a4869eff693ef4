import { type CommandTable } from "../command";
import { connectionCommands } from "./connection";
import { expiryCommands } from "./expiry";
import { hashCommands } from "./hashes";
import { keyCommands } from "./keys";
import { listCommands } from "./lists";
import { pubSubCommands } from "./pub-sub";
import { scriptingCommands } from "./scripting";
import { setCommands } from "./sets";
import { sortedSetQueryCommands } from "./sorted-set-queries";
import { sortedSetCommands } from "./sorted-sets";
import { stringCommands } from "./strings";
import { transactionCommands } from "./transactions";

const tables: readonly CommandTable[] = [
  connectionCommands,
  expiryCommands,
  hashCommands,
  keyCommands,
  listCommands,
  pubSubCommands,
  scriptingCommands,
  setCommands,
  sortedSetCommands,
  sortedSetQueryCommands,
  stringCommands,
  transactionCommands,
];

/** Every command that is spoken. A map: a name such as "constructor" must not find what objects inherit. */
export const commandTable = new Map(tables.flatMap((table) => Object.entries(table)));
