import { type Revocations, type Viewer } from "@shop/auth";

/**
 * Calls back when what was opened with a viewer's token has to end: shortly before the token does, or when it is revoked;
 * never for an anonymous viewer.
 * @returns what calls it off
 */
export type OnTokenEnd = (viewer: Viewer | null, end: () => void) => () => void;

/** A second early, so that the gateway ends what it serves before a subgraph ends it from below. */
const earlyMs = 1_000;
/** setTimeout's limit; a token lives far shorter. */
const longestMs = 2 ** 31 - 1;

export function createTokenEnds(revocations: Revocations): OnTokenEnd {
  return (viewer, end) => {
    if (viewer === null) return () => undefined;
    const remainingMs = Math.min(Math.max(viewer.expiresAt.getTime() - Date.now() - earlyMs, 0), longestMs);
    const expiry = setTimeout(end, remainingMs);
    const endWatch = revocations.watch(viewer, end);
    return () => {
      clearTimeout(expiry);
      endWatch();
    };
  };
}
