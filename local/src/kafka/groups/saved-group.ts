import { z } from "zod";
import { type Member } from "./member";

/** What is kept of a group over a restart: its members go on where they were, as with Kafka. Bytes are in base64. */
export const savedGroup = z.object({
  generation: z.int(),
  protocolType: z.string(),
  protocol: z.string(),
  leaderId: z.string(),
  members: z.array(
    z.object({
      id: z.string(),
      clientId: z.string(),
      clientHost: z.string(),
      sessionTimeoutMs: z.int(),
      rebalanceTimeoutMs: z.int(),
      protocols: z.array(z.object({ name: z.string(), metadata: z.base64() })),
      assignment: z.base64(),
    }),
  ),
});
export type SavedGroup = z.infer<typeof savedGroup>;

export function toSavedMember(member: Member): SavedGroup["members"][number] {
  const { id, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = member;
  return {
    id,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocols: member.protocols.map(({ name, metadata }) => ({ name, metadata: metadata.toString("base64") })),
    assignment: member.assignment.toString("base64"),
  };
}

export function fromSavedMember(saved: SavedGroup["members"][number]): Member {
  return {
    ...saved,
    protocols: saved.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata, "base64") })),
    assignment: Buffer.from(saved.assignment, "base64"),
    parkedJoin: undefined,
    parkedSync: undefined,
    sessionTimer: undefined,
  };
}
