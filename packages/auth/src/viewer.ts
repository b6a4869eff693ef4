import { forbidden, serviceUnavailable, unauthenticated } from "@shop/graphql-errors";

export type Role = "CUSTOMER" | "STAFF" | "ADMIN";

/** How long an access token lives. */
export const accessTokenLifetimeMs = 10 * 60_000;

/** Who asks, as a verified access token says; never read from anything else. */
export interface Viewer {
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
  /** In whole seconds. */
  readonly issuedAt: Date;
  /** When the token ends; a socket that was opened with it must not outlive it. */
  readonly expiresAt: Date;
  /** Whether it would be known by now had the role been changed or the session ended: not while nothing is heard of that. */
  isRoleCurrent(): boolean;
}

const rank: Record<Role, number> = { CUSTOMER: 0, STAFF: 1, ADMIN: 2 };
const retryAfterSeconds = 10;

/** @throws UNAUTHENTICATED for an anonymous viewer */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer === null) throw unauthenticated();
  return viewer;
}

/**
 * The guard of whatever only a role may change. An ADMIN may do what STAFF may.
 * @throws UNAUTHENTICATED, FORBIDDEN, or SERVICE_UNAVAILABLE while nobody can tell whether the role still holds
 */
export function requireRole(viewer: Viewer | null, role: Role): Viewer {
  const signedIn = requireRoleToRead(viewer, role);
  if (!signedIn.isRoleCurrent()) throw serviceUnavailable("The accounts", retryAfterSeconds);
  return signedIn;
}

/** The guard of what a role may see. An ADMIN may see what STAFF may. @throws UNAUTHENTICATED or FORBIDDEN */
export function requireRoleToRead(viewer: Viewer | null, role: Role): Viewer {
  const signedIn = requireViewer(viewer);
  if (rank[signedIn.role] < rank[role]) throw forbidden();
  return signedIn;
}
