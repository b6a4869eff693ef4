import { requireRoleToRead, type Viewer } from "@shop/auth";
import { type Connection, type Page, toConnection } from "@shop/connections";
import { createId, deriveId } from "@shop/ids";
import { type ReceivedEvent } from "@shop/messaging";
import { type AuditEntryRow, type Database, type Prisma, type Transaction } from "./database";

export interface AuditFilter {
  readonly actorId?: string | null;
  readonly targetId?: string | null;
  readonly action?: string | null;
  readonly since?: Date | null;
}

/** As staffActed tells it. */
interface StaffAction {
  readonly actorId: string;
  readonly action: string;
  readonly targetId: string;
  readonly before: Prisma.InputJsonObject;
  readonly after: Prisma.InputJsonObject;
}

export type AuditLog = ReturnType<typeof createAuditLog>;

/** Notes what staff or an admin did, in the transaction in which it is done. */
export async function recordAudit(
  tx: Transaction,
  entry: Omit<StaffAction, "actorId"> & {
    /** Null where it was the shop itself. */
    readonly actorId: string | null;
  },
): Promise<void> {
  const at = new Date();
  await tx.auditEntry.create({ data: { id: createId("aud", at.getTime()), at, ...entry } });
}

/** Notes what a service tells that somebody did there. Told again, it changes nothing. */
export async function noteStaffAction(
  db: Database,
  { eventId, occurredAt: at, payload }: Pick<ReceivedEvent<StaffAction>, "eventId" | "occurredAt" | "payload">,
): Promise<void> {
  const id = deriveId("aud", at.getTime(), eventId);
  await db.auditEntry.createMany({ data: { id, at, ...payload }, skipDuplicates: true });
}

export function createAuditLog(deps: { db: Database }) {
  return {
    /** ADMIN: what was done, the latest first. The cursor is the id of the last entry seen. */
    list: async (
      viewer: Viewer | null,
      filter: AuditFilter,
      page: Page<string>,
    ): Promise<Connection<AuditEntryRow>> => {
      requireRoleToRead(viewer, "ADMIN");
      const entries = await deps.db.auditEntry.findMany({
        where: {
          ...(page.after === null ? {} : { id: { lt: page.after } }),
          ...(typeof filter.actorId === "string" ? { actorId: filter.actorId } : {}),
          ...(typeof filter.targetId === "string" ? { targetId: filter.targetId } : {}),
          ...(typeof filter.action === "string" ? { action: filter.action } : {}),
          ...(filter.since instanceof Date ? { at: { gte: filter.since } } : {}),
        },
        orderBy: { id: "desc" },
        take: page.first + 1,
      });
      return toConnection(entries, page, ({ id }) => id);
    },
  };
}
