// Run by `npm run dead-letters -- list|show|retry`: what could not be handled, and its second chance.
import { parseArgs } from "node:util";
import { topics } from "@shop/event-contracts";
import { createLogger } from "@shop/telemetry";
import { loadConfig } from "./config";
import { createDeadLetterBox, type DeadLetter, type DeadLetterBox } from "./dead-letter-box";
import { createMessageBus } from "./message-bus";

const usage = `Usage: npm run dead-letters -- list [--topic <topic>] [--retried]
       npm run dead-letters -- show <topic/partition/offset>
       npm run dead-letters -- retry <topic/partition/offset> …
       npm run dead-letters -- retry --all [--topic <topic>]
`;

interface Wish {
  readonly command: string;
  readonly origins: readonly string[];
  readonly topics: readonly string[];
  /** Of `list`: also those that were retried. */
  readonly withRetried: boolean;
}

/** @returns undefined for what is none of the usage */
function parseWish(args: string[]): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        topic: { type: "string" },
        retried: { type: "boolean", default: false },
        all: { type: "boolean", default: false },
      },
    });
    const [command = "", ...origins] = positionals;
    const isRight = {
      list: origins.length === 0 && !values.all,
      show: origins.length === 1 && !values.all && !values.retried,
      retry: (origins.length === 0) === values.all && !values.retried,
    }[command];
    const chosen = topics.filter((topic) => values.topic === undefined || topic === values.topic);
    if (isRight !== true || chosen.length === 0) return undefined;
    return { command, origins, topics: chosen, withRetried: values.retried };
  } catch {
    return undefined; // an option that there is not
  }
}

/** @returns the exit code */
async function run(box: DeadLetterBox, { command, origins, topics, withRetried }: Wish): Promise<number> {
  const letters = await box.list(topics);
  const missing = origins.filter((origin) => letters.every((letter) => letter.origin !== origin));
  if (missing.length > 0) {
    process.stderr.write(`There is no dead letter of ${missing.join(", ")}.\n`);
    return 1;
  }
  const named = letters.filter(({ origin }) => origins.includes(origin));
  const waiting = letters.filter(({ retriedAt }) => retriedAt === null);
  if (command === "list") return list(withRetried ? letters : waiting);
  if (command === "retry") return retry(box, origins.length > 0 ? named : waiting);
  process.stdout.write(`${named.map(describe).join("\n")}\n`);
  return 0;
}

function list(letters: readonly DeadLetter[]): number {
  for (const letter of letters) process.stdout.write(`${summarise(letter)}\n`);
  process.stdout.write(letters.length === 0 ? "No dead letters.\n" : `${letters.length} in all.\n`);
  return 0;
}

async function retry(box: DeadLetterBox, letters: readonly DeadLetter[]): Promise<number> {
  let refused = 0;
  for (const letter of letters) {
    const outcome = await box.retry(letter);
    if (!outcome.ok) refused += 1;
    const what = outcome.ok ? "published again" : "not published: its value was too large to be kept here";
    process.stdout.write(`${letter.origin}: ${what}\n`);
  }
  return refused === 0 ? 0 : 1;
}

function summarise({ origin, key, headers, givenUp, retriedAt }: DeadLetter): string {
  const reasons = givenUp.map(({ group, reason, at }) => `    ${at.toISOString()} ${group}: ${quote(reason)}`);
  const retried = retriedAt === null ? "" : `, retried ${retriedAt.toISOString()}`;
  const type = headers["event-type"];
  const what = `key ${key === null ? "none" : quote(key.toString())}, ${type === undefined ? "no event" : quote(type)}`;
  return [`${origin}  ${what}${retried}`, ...reasons].join("\n");
}

function describe(letter: DeadLetter): string {
  const headers = Object.entries(letter.headers).map(([name, value]) => `    ${quote(name)}: ${quote(value)}`);
  const { value, isValueLeft } = letter;
  const text = isValueLeft ? "left at its origin" : value === null ? "none" : quote(value.toString());
  return [summarise(letter), "  headers", ...headers, `  value ${text}`].join("\n");
}

/** What comes from outside may hold anything, and a terminal obeys some of it. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

async function main(): Promise<number> {
  const wish = parseWish(process.argv.slice(2));
  if (wish === undefined) {
    process.stderr.write(usage);
    return 1;
  }
  const log = createLogger("dead-letters");
  const bus = createMessageBus({ brokers: loadConfig().kafkaBrokers, clientId: "dead-letters", topics, log });
  try {
    return await run(createDeadLetterBox(bus), wish);
  } finally {
    await bus.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : "unknown";
    process.stderr.write(`The broker could not be asked: ${message}\n`);
    process.exit(1);
  },
);
