import { type Viewer } from "@shop/auth";

/** Whether a viewer may see more of an account than its public face: their own, and STAFF anybody's. */
export function maySeeAccount(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.role !== "CUSTOMER");
}
