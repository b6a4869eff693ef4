import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDuplicateKey, type Store } from "./store";

/** Work that one process at a time may do. */
export type WithLease = <T>(name: string, work: (lease: Lease) => Promise<T>) => Promise<T>;

export interface Lease {
  /** To be called before every step. @throws LeaseLostError where the rest of the lease is too short for another one */
  requireTime(): void;
}

/** Held by another for too long, or run out on us: the work may be asked for again. */
export class LeaseLostError extends Error {}

const lengthMs = 15_000;
// A step that begins must end within its lease: the store's own limit for an operation, and some room.
const stepMs = 6_000;
const patienceMs = 5_000;

/** Leases in MongoDB: a killed holder's ends by itself after 15 s. */
export function createLeases({ leases }: Pick<Store, "leases">): WithLease {
  async function take(name: string, owner: string): Promise<boolean> {
    const nowMs = Date.now();
    try {
      await leases.updateOne(
        { _id: name, until: { $lte: new Date(nowMs) } },
        { $set: { owner, until: new Date(nowMs + lengthMs) } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false; // it is there and has not run out: the upsert met its id
    }
  }

  return async (name, work) => {
    const owner = randomUUID();
    const giveUpAtMs = Date.now() + patienceMs;
    let takenAtMs = Date.now();
    while (!(await take(name, owner))) {
      if (Date.now() > giveUpAtMs) throw new LeaseLostError(`another holds ${name}`);
      await sleep(10 + Math.random() * 20);
      takenAtMs = Date.now();
    }
    try {
      return await work({
        requireTime: () => {
          if (Date.now() > takenAtMs + lengthMs - stepMs) throw new LeaseLostError(`the lease of ${name} runs out`);
        },
      });
    } finally {
      await leases.deleteOne({ _id: name, owner });
    }
  };
}
