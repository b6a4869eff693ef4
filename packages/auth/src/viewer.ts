import { forbidden, unauthenticated } from "@shop/graphql-errors";

export type Role = "CUSTOMER" | "STAFF" | "ADMIN";

/** Who asks, as a verified access token says; never read from anything else. */
export interface Viewer {
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
  /** When the token ends; a socket that was opened with it must not outlive it. */
  readonly expiresAt: Date;
}

const rank: Record<Role, number> = { CUSTOMER: 0, STAFF: 1, ADMIN: 2 };

/** @throws UNAUTHENTICATED for an anonymous viewer */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer === null) throw unauthenticated();
  return viewer;
}

/** An ADMIN may do what STAFF may. @throws UNAUTHENTICATED or FORBIDDEN */
export function requireRole(viewer: Viewer | null, role: Role): Viewer {
  const signedIn = requireViewer(viewer);
  if (rank[signedIn.role] < rank[role]) throw forbidden();
  return signedIn;
}
