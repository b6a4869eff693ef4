import { type Viewer } from "@shop/auth";

/** A second early, so that the gateway ends what it serves before a subgraph ends it from below. */
const earlyMs = 1_000;
/** setTimeout's limit; a token lives far shorter. */
const longestMs = 2 ** 31 - 1;

/** How long what was opened with a viewer's token may stay open; undefined for an anonymous viewer. */
export function msUntilExpiry(viewer: Viewer | null): number | undefined {
  if (viewer === null) return undefined;
  return Math.min(Math.max(viewer.expiresAt.getTime() - Date.now() - earlyMs, 0), longestMs);
}
