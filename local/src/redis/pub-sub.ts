import { matchesGlob } from "./glob";
import { type Bytes } from "./reply";
import { type Session } from "./session";

/** Who listens to which channels and patterns. Nothing is kept for who does not listen. */
export type PubSub = ReturnType<typeof createPubSub>;

type Kind = "channels" | "patterns";

export function createPubSub() {
  const listeners: Record<Kind, Map<Bytes, Set<Session>>> = { channels: new Map(), patterns: new Map() };

  function unsubscribe(session: Session, kind: Kind, name: Bytes): void {
    const sessions = listeners[kind].get(name);
    sessions?.delete(session);
    if (sessions?.size === 0) listeners[kind].delete(name);
    session[kind].delete(name);
  }

  return {
    subscribe: (session: Session, kind: Kind, name: Bytes): void => {
      listeners[kind].set(name, (listeners[kind].get(name) ?? new Set()).add(session));
      session[kind].add(name);
    },
    unsubscribe,

    leave: (session: Session): void => {
      for (const name of session.channels) unsubscribe(session, "channels", name);
      for (const name of session.patterns) unsubscribe(session, "patterns", name);
    },

    /** @returns how many were told; who listens by channel and by pattern is told, and counted, twice */
    publish: (channel: Bytes, message: Bytes): number => {
      const direct = listeners.channels.get(channel) ?? new Set<Session>();
      for (const session of direct) session.push(["message", channel, message]);
      let told = direct.size;
      for (const [pattern, sessions] of listeners.patterns) {
        if (!matchesGlob(pattern, channel)) continue;
        for (const session of sessions) session.push(["pmessage", pattern, channel, message]);
        told += sessions.size;
      }
      return told;
    },

    channels: (): Bytes[] => [...listeners.channels.keys()],
    subscribers: (channel: Bytes): number => listeners.channels.get(channel)?.size ?? 0,
    patternCount: (): number => listeners.patterns.size,
  };
}
