import { z } from "zod";
import { defineEvent } from "./define-event";
import { id, instant } from "./payloads";

const profile = z.object({ userId: id, displayName: z.string(), avatarUrl: z.string().optional() });
const ofUser = { topic: "user.v1", key: (payload: { userId: string }) => payload.userId } as const;

export const userRegistered = defineEvent({ ...ofUser, type: "registered", payload: profile });
export const userProfileUpdated = defineEvent({ ...ofUser, type: "profile-updated", payload: profile });
/** Tokens of these sessions (or of all) that were issued before `before` hold no more. */
export const userSessionsRevoked = defineEvent({
  ...ofUser,
  type: "sessions-revoked",
  payload: z.object({ userId: id, sessionIds: z.array(id).optional(), all: z.boolean().optional(), before: instant }),
});
export const userRoleChanged = defineEvent({
  ...ofUser,
  type: "role-changed",
  payload: z.object({ userId: id, role: z.enum(["CUSTOMER", "STAFF", "ADMIN"]) }),
});
export const userDeleted = defineEvent({ ...ofUser, type: "deleted", payload: z.object({ userId: id }) });
/**
 * Published into every partition, again and again: all that was committed before `upTo` lies before this event. Who hears
 * none for a while may be missing something.
 */
export const userOutboxDrained = defineEvent({
  topic: "user.v1",
  type: "outbox-drained",
  key: () => "outbox",
  payload: z.object({ upTo: instant, partitions: z.int().positive() }),
});
