import { toAddressKey } from "@shop/auth";
import { type RequestContext } from "../request-context";

/** How many of something each client has open: connections, or subscriptions over them. */
export interface ViewerSlots {
  /** @returns gives the slot back, when called for the first time; undefined where the client has as many as it may */
  take(context: Pick<RequestContext, "viewer" | "authorization" | "address">): (() => void) | undefined;
}

/** @param maxPerViewer for one user, whatever tokens they use; for one address where nobody is signed in */
export function createViewerSlots(maxPerViewer: number): ViewerSlots {
  const taken = new Map<string, number>();
  return {
    take: (context) => {
      const key = keyOf(context);
      const count = taken.get(key) ?? 0;
      if (count >= maxPerViewer) return undefined;
      taken.set(key, count + 1);
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}

// Where nobody verifies tokens here, the same token is the same client.
function keyOf({ viewer, authorization, address }: Parameters<ViewerSlots["take"]>[0]): string {
  if (viewer !== null) return `viewer ${viewer.userId}`;
  return authorization === undefined ? `address ${toAddressKey(address ?? "")}` : `token ${authorization}`;
}
