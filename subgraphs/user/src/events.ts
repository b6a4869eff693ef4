// What this service publishes: registered, profile-updated, role-changed and sessions-revoked on user.v1, each written
// into the outbox by the use case that makes the change.
import { type UserRow } from "./database";

/** What others may know of a user. */
export function toProfile(
  { id: userId, displayName }: UserRow,
  avatarUrl: string | null,
): { userId: string; displayName: string; avatarUrl?: string } {
  return { userId, displayName, ...(avatarUrl === null ? {} : { avatarUrl }) };
}
