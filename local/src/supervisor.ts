import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { type StartedProcess } from "./managed-process";

/** How a process is started, at first and again after it died. */
export interface Supervised {
  readonly name: string;
  /** A store outlives the services at the end. */
  readonly isStore: boolean;
  /** Resolves when it is ready. @throws where it does not get there, and has ended then */
  start(): Promise<StartedProcess>;
}

export interface Supervisor {
  /** Starts it and keeps it running. @throws where it does not come up the first time */
  supervise(supervised: Supervised): Promise<void>;
  /** Ends one for as long as `meanwhile` takes (someone runs a copy of his own), then starts it again. */
  release(name: string, meanwhile: Promise<void>): Promise<void>;
  /** Ends the services, then the stores. */
  stop(): Promise<void>;
}

const firstDelayMs = 250;
const longestDelayMs = 10_000;
const steadyAfterMs = 30_000;

interface Member {
  readonly supervised: Supervised;
  process: StartedProcess | undefined;
  /** The start that is under way, or was the last. */
  starting: Promise<StartedProcess> | undefined;
  /** While true its end is no accident. */
  paused: boolean;
}

/** Keeps processes running: one that dies is named in the log with the end of its own, and restarted with back-off. */
export function createSupervisor({ log }: { log: Logger }): Supervisor {
  const members = new Map<string, Member>();
  let stopping = false;

  async function start(member: Member): Promise<StartedProcess> {
    member.starting = member.supervised.start();
    member.process = await member.starting;
    return member.process;
  }

  async function keepRunning(member: Member, first: StartedProcess): Promise<void> {
    let delayMs = firstDelayMs;
    for (let current: StartedProcess | undefined = first; ;) {
      const startedAt = Date.now();
      const end = await current?.ended;
      member.process = undefined;
      if (isMeant(member)) return;
      if (Date.now() - startedAt > steadyAfterMs) delayMs = firstDelayMs;
      const { name } = member.supervised;
      if (end !== undefined)
        log.error(`${name} died and is restarted in ${delayMs} ms. The end of its log:\n${end.tail}`);
      await sleep(delayMs);
      if (isMeant(member)) return;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      current = await start(member).catch((error: unknown) => {
        log.error({ err: error }, `${name} could not be restarted; another try in ${delayMs} ms`);
        return undefined;
      });
    }
  }

  const isMeant = (member: Member): boolean => stopping || member.paused;

  return {
    supervise: async (supervised) => {
      const member: Member = { supervised, process: undefined, starting: undefined, paused: false };
      members.set(supervised.name, member);
      void keepRunning(member, await start(member));
    },
    release: async (name, meanwhile) => {
      const member = members.get(name);
      if (member === undefined) throw new Error(`There is no process "${name}".`);
      member.paused = true;
      await member.process?.stop();
      await meanwhile;
      if (stopping) return;
      member.paused = false;
      void keepRunning(member, await start(member));
    },
    stop: async () => {
      stopping = true;
      const stopAll = (wanted: (member: Member) => boolean): Promise<unknown> =>
        Promise.all(
          [...members.values()].filter(wanted).map(async (member) => {
            await member.starting?.catch(() => undefined);
            await member.process?.stop();
          }),
        );
      // Services first: they finish their work on the stores.
      await stopAll(({ supervised }) => !supervised.isStore);
      await stopAll(({ supervised }) => supervised.isStore);
    },
  };
}
