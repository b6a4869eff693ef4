import { accessTokenLifetimeMs, type Role, type Viewer } from "./viewer";

/** What of a token tells whether it was revoked. */
export type RevocableToken = Pick<Viewer, "userId" | "role" | "sessionId" | "issuedAt">;

/** What ends tokens before their time. */
export type Revocation =
  | { readonly kind: "SESSIONS_ENDED"; readonly userId: string; readonly sessionIds: readonly string[] }
  | { readonly kind: "ALL_ENDED"; readonly userId: string; readonly before: Date }
  | { readonly kind: "ROLE_CHANGED"; readonly userId: string; readonly role: Role }
  | { readonly kind: "USER_DELETED"; readonly userId: string };

export interface Revocations {
  isRevoked(token: RevocableToken): boolean;
  /** Calls back once when the token is revoked; now, if it is. @returns what ends the watch */
  watch(token: RevocableToken, onRevoked: () => void): () => void;
  /** Whether so long nothing was proven that a revocation may have been missed. */
  isSilent(): boolean;
}

/** Revocations, and where they are told of. */
export interface RevocationTable extends Revocations {
  /** May come again, also after a later one. @param event what tells of it */
  note(revocation: Revocation, event: { eventId: string; occurredAt: Date }): void;
  /** All that was revoked before `upTo` and is told of in this partition was noted. */
  noteProof(proof: { partition: number; partitions: number; upTo: Date }): void;
  /** When all of it is proven up to, in milliseconds since 1970: then, where nothing is yet. */
  provenUpToMs(): number;
  /** How many are kept. */
  size(): number;
}

/** Where tokens are nobody's to revoke. */
export const noRevocations: Revocations = {
  isRevoked: () => false,
  watch: () => () => undefined,
  isSilent: () => false,
};

/** By so much clocks may differ, and the moment that an event gives from that at which its change could be seen. */
const slackMs = 60_000;
/**
 * A token that is issued while a role is being changed has the role that was read before. Where it is as young as this, the
 * change is held against it.
 */
const roleRaceMs = 10_000;
/** After so long no token lives that a revocation concerns. */
export const revocationLifetimeMs = accessTokenLifetimeMs + slackMs;
const sweepIntervalMs = 30_000;

interface Mortal {
  readonly endsAtMs: number;
}
interface Account extends Mortal {
  readonly isDeleted?: boolean;
  readonly endedBeforeMs?: number;
  readonly roleChange?: { readonly role: Role; readonly atMs: number };
}
interface Watcher {
  readonly token: RevocableToken;
  readonly onRevoked: () => void;
}

/**
 * What was revoked, kept in memory for as long as a token lives that it concerns.
 * @param options.silentAfterMs for how long revocations may be unproven
 */
export function createRevocations(options: { silentAfterMs: number }): RevocationTable {
  const sessions = new Map<string, Mortal>();
  const accounts = new Map<string, Account>();
  /** By event: of two roles the later one holds, and not the one that was told of last. */
  const roleChanges = new Map<string, Mortal>();
  const watchers = new Map<string, Set<Watcher>>();
  const proofs = new Map<number, number>();
  let partitionCount = 1;
  let sweepAtMs = 0;

  function sweep(nowMs: number): void {
    if (nowMs < sweepAtMs) return;
    sweepAtMs = nowMs + sweepIntervalMs;
    for (const kept of [sessions, accounts, roleChanges]) {
      for (const [key, { endsAtMs }] of kept) if (endsAtMs <= nowMs) kept.delete(key);
    }
  }

  function keep(revocation: Revocation, eventId: string, atMs: number): void {
    const endsAtMs = atMs + revocationLifetimeMs;
    const { userId } = revocation;
    const change = (account: Omit<Account, "endsAtMs">): void => {
      const known = accounts.get(userId);
      accounts.set(userId, { ...known, ...account, endsAtMs: Math.max(endsAtMs, known?.endsAtMs ?? 0) });
    };
    switch (revocation.kind) {
      case "SESSIONS_ENDED":
        // A session that has ended never begins again, so that it does not matter when its tokens were issued.
        for (const sessionId of revocation.sessionIds) sessions.set(sessionId, { endsAtMs });
        break;
      case "ALL_ENDED":
        change({ endedBeforeMs: Math.max(revocation.before.getTime(), accounts.get(userId)?.endedBeforeMs ?? 0) });
        break;
      case "ROLE_CHANGED":
        if (roleChanges.has(eventId)) return;
        roleChanges.set(eventId, { endsAtMs });
        change({ roleChange: { role: revocation.role, atMs } });
        break;
      case "USER_DELETED":
        change({ isDeleted: true });
    }
  }

  function isRevoked({ userId, role, sessionId, issuedAt }: RevocableToken): boolean {
    if (sessions.has(sessionId)) return true;
    const account = accounts.get(userId);
    if (account === undefined) return false;
    const { isDeleted = false, endedBeforeMs = 0, roleChange } = account;
    const issuedAtMs = issuedAt.getTime();
    const hasOldRole =
      roleChange !== undefined && roleChange.role !== role && issuedAtMs < roleChange.atMs + roleRaceMs;
    return isDeleted || issuedAtMs < endedBeforeMs || hasOldRole;
  }

  function tell(userId: string): void {
    const ofUser = watchers.get(userId) ?? [];
    for (const watcher of [...ofUser]) {
      if (!isRevoked(watcher.token)) continue;
      forget(watcher);
      watcher.onRevoked();
    }
  }

  function forget(watcher: Watcher): void {
    const { userId } = watcher.token;
    const ofUser = watchers.get(userId);
    ofUser?.delete(watcher);
    if (ofUser?.size === 0) watchers.delete(userId);
  }

  const provenUpToMs = (): number =>
    Math.min(...Array.from({ length: partitionCount }, (_, partition) => proofs.get(partition) ?? 0));

  return {
    isRevoked,
    watch: (token, onRevoked) => {
      if (isRevoked(token)) {
        onRevoked();
        return () => undefined;
      }
      const watcher = { token, onRevoked };
      const ofUser = watchers.get(token.userId) ?? new Set();
      watchers.set(token.userId, ofUser.add(watcher));
      return () => forget(watcher);
    },
    isSilent: () => Date.now() - provenUpToMs() > options.silentAfterMs,
    note: (revocation, { eventId, occurredAt }) => {
      const nowMs = Date.now();
      const atMs = Math.min(occurredAt.getTime() || nowMs, nowMs);
      sweep(nowMs);
      if (atMs + revocationLifetimeMs <= nowMs) return;
      keep(revocation, eventId, atMs);
      tell(revocation.userId);
    },
    noteProof: ({ partition, partitions, upTo }) => {
      const nowMs = Date.now();
      sweep(nowMs);
      const upToMs = Math.min(upTo.getTime(), nowMs);
      // The newest proof knows best how many partitions there are.
      if (upToMs >= Math.max(...proofs.values(), 0)) partitionCount = partitions;
      proofs.set(partition, Math.max(upToMs, proofs.get(partition) ?? 0));
    },
    provenUpToMs,
    size: () => sessions.size + accounts.size,
  };
}
