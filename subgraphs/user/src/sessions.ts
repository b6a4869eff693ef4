import { requireViewer, type Viewer } from "@shop/auth";
import { userSessionsRevoked } from "@shop/event-contracts";
import { createId, isId } from "@shop/ids";
import { appendToOutbox } from "@shop/messaging";
import { type IssueAccessToken } from "./access-tokens";
import { type Database, lockUser, type SessionRow, type Transaction, type UserRow } from "./database";
import { refuse, type Refusal } from "./problem";
import { hashRefreshToken, type RefreshTokens, refreshTokenLifetimeMs, reuseWindowMs } from "./refresh-tokens";

export interface AuthTokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
}

/** Somebody who is signed in from now on. */
export type SignedIn = { readonly ok: true; readonly viewer: Viewer; readonly tokens: AuthTokens };
export type LogoutOutcome = { readonly ok: true; readonly revokedSessions: number } | Refusal;

export type Sessions = ReturnType<typeof createSessions>;

const maxUserAgentLength = 300;
/** Whoever signs in often enough must not make an event that is too large to be read. */
const maxSessionsAnEvent = 1_000;
const invalidToken = refuse("INVALID_TOKEN", "This token is not valid, or no longer: sign in again.", ["refreshToken"]);

/**
 * A session is a family of refresh tokens: each is used once, for the next one. A used one that comes again after the
 * reuse window was stolen, or its successor was, so the whole family ends.
 */
export function createSessions(deps: {
  db: Database;
  issueAccessToken: IssueAccessToken;
  refreshTokens: RefreshTokens;
}) {
  const { db, issueAccessToken, refreshTokens } = deps;

  async function issue(user: UserRow, sessionId: string, refreshToken: string, expiresAt: Date): Promise<SignedIn> {
    const { accessToken, viewer } = await issueAccessToken(user, sessionId);
    const tokens = {
      accessToken,
      accessTokenExpiresAt: viewer.expiresAt,
      refreshToken,
      refreshTokenExpiresAt: expiresAt,
    };
    return { ok: true, viewer, tokens };
  }

  /** Signs a user in, in the transaction that found out that it is them. */
  async function open(tx: Transaction, user: UserRow, userAgent: string | undefined): Promise<SignedIn> {
    const now = new Date();
    const expiresAt = new Date(now.getTime() + refreshTokenLifetimeMs);
    const token = refreshTokens.create();
    const id = createId("ses");
    await tx.session.deleteMany({ where: { userId: user.id, expiresAt: { lt: now } } });
    await tx.session.create({
      data: {
        id,
        userId: user.id,
        userAgent: userAgent?.slice(0, maxUserAgentLength),
        createdAt: now,
        lastUsedAt: now,
        expiresAt,
        tokens: { create: { hash: hashRefreshToken(token), expiresAt } },
      },
    });
    return issue(user, id, token, expiresAt);
  }

  /** New tokens for a refresh token, which is used up by it. */
  async function refresh(token: string): Promise<SignedIn | Refusal> {
    const hash = hashRefreshToken(token);
    const found = await db.refreshToken.findUnique({ where: { hash } });
    if (found === null) return invalidToken;

    const refreshed = await db.$transaction(async (tx) => {
      // Whoever else refreshes or ends this session has done so or waits; what was read before the lock may be old.
      await tx.$queryRaw`SELECT 1 FROM sessions WHERE id = ${found.sessionId} FOR UPDATE`;
      const presented = await tx.refreshToken.findUnique({
        where: { hash },
        include: { session: { include: { user: true } } },
      });
      const now = new Date();
      if (presented === null || presented.session.revokedAt !== null || presented.expiresAt <= now) return null;
      const { session, usedAt } = presented;
      if (usedAt === null) await useUp(tx, session, hash, refreshTokens.successorOf(token), now);
      return { session, usedAt: usedAt ?? now };
    });
    if (refreshed === null) return invalidToken;
    const { session, usedAt } = refreshed;
    if (Date.now() - usedAt.getTime() > reuseWindowMs) {
      await end(session.userId, { id: session.id });
      return invalidToken;
    }
    return issue(session.user, session.id, refreshTokens.successorOf(token), expiryOf(usedAt));
  }

  /** Ends the session that a refresh token is of, be it used or not. */
  async function endByToken(token: string): Promise<LogoutOutcome> {
    const found = await db.refreshToken.findUnique({
      where: { hash: hashRefreshToken(token) },
      select: { session: { select: { id: true, userId: true } } },
    });
    return found === null ? invalidToken : end(found.session.userId, { id: found.session.id });
  }

  async function end(userId: string, which: { id?: string }): Promise<LogoutOutcome> {
    const revokedSessions = await db.$transaction(async (tx) => {
      await lockUser(tx, userId);
      return revoke(tx, userId, which);
    });
    return { ok: true, revokedSessions };
  }

  return {
    open,
    refresh,
    endByToken,

    /** Ends all sessions of the viewer. */
    endAll: async (viewer: Viewer | null): Promise<LogoutOutcome> => end(requireViewer(viewer).userId, {}),

    /** Ends one session of the viewer; once it is ended, ending it again succeeds and changes nothing. */
    endOne: async (viewer: Viewer | null, id: string): Promise<LogoutOutcome> => {
      const { userId } = requireViewer(viewer);
      const own = isId(id) ? await db.session.count({ where: { id, userId } }) : 0;
      if (own === 0) return refuse("NOT_FOUND", "You have no such session.", ["id"]);
      return end(userId, { id });
    },

    /** The sessions of these users that are not ended, the last used first. */
    ofUsers: (userIds: readonly string[]): Promise<SessionRow[]> =>
      db.session.findMany({
        where: { userId: { in: [...userIds] }, revokedAt: null, expiresAt: { gt: new Date() } },
        orderBy: [{ lastUsedAt: "desc" }, { id: "desc" }],
      }),
  };
}

function expiryOf(usedAt: Date): Date {
  return new Date(usedAt.getTime() + refreshTokenLifetimeMs);
}

async function useUp(tx: Transaction, session: SessionRow, hash: string, successor: string, now: Date): Promise<void> {
  const expiresAt = expiryOf(now);
  await tx.refreshToken.deleteMany({ where: { sessionId: session.id, expiresAt: { lt: now } } });
  await tx.refreshToken.update({ where: { hash }, data: { usedAt: now } });
  await tx.refreshToken.create({ data: { hash: hashRefreshToken(successor), sessionId: session.id, expiresAt } });
  await tx.session.update({ where: { id: session.id }, data: { lastUsedAt: now, expiresAt } });
}

/**
 * Ends sessions of a user, all of them or one, and tells the verifiers of access tokens. The caller holds the user's
 * lock: what is told of a user keeps its order.
 * @returns how many were not ended before
 */
export async function revoke(tx: Transaction, userId: string, which: { id?: string } = {}): Promise<number> {
  const now = new Date();
  const revoked = await tx.session.updateManyAndReturn({
    where: { ...which, userId, revokedAt: null, expiresAt: { gt: now } },
    data: { revokedAt: now },
    select: { id: true },
  });
  for (let start = 0; start < revoked.length; start += maxSessionsAnEvent) {
    // By their ids and not as "all before now": tokens count in seconds, and a sign-in within this one is another's.
    const sessionIds = revoked.slice(start, start + maxSessionsAnEvent).map(({ id }) => id);
    await appendToOutbox(tx, userSessionsRevoked, { userId, sessionIds, before: now.toISOString() });
  }
  return revoked.length;
}
