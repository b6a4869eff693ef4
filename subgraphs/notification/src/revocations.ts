import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { type Feeds, type Position } from "./feeds";
import { type Layout } from "./layout";
import { type WakeUps } from "./wake-ups";

const revocation = z.object({
  userId: z.string(),
  /** Null for all of the user's. */
  sessionIds: z.array(z.string()).nullable(),
  before: z.coerce.date(),
});
export type Revocation = z.infer<typeof revocation>;

/** Sessions that ended and roles that changed: every instance hears of them, since any may hold such a socket open. */
export interface Revocations {
  add(what: Revocation, event: { eventId: string }): Promise<void>;
  /** Calls back for each from now on, within about two seconds. */
  follow(revoke: (what: Revocation) => void): () => void;
}

const batchLength = 100;

export function createRevocations(deps: { feeds: Feeds; layout: Layout; wakeUps: WakeUps; log: Logger }): Revocations {
  const { feeds, layout, wakeUps, log } = deps;
  const feed = layout.revocations;

  async function readFrom(position: Position, revoke: (what: Revocation) => void): Promise<Position> {
    const found = await feeds.readAfter(feed, position, batchLength);
    if (!found.ok) return feeds.head(feed);
    for (const { data } of found.entries) revoke(revocation.parse(JSON.parse(data)));
    return found.entries.at(-1) ?? position;
  }

  return {
    add: async (what, { eventId }) => {
      await feeds.append(feed, { id: eventId, knownAs: eventId, data: JSON.stringify(what) });
    },
    follow: (revoke) => {
      let position: Position | undefined;
      let reading = Promise.resolve();
      const read = (): void => {
        reading = reading.then(async () => {
          try {
            position = position === undefined ? await feeds.head(feed) : await readFrom(position, revoke);
          } catch (error) {
            log.debug({ err: error }, "the revocations could not be read");
          }
        });
      };
      read();
      return wakeUps.watch(feed.name, read);
    },
  };
}
