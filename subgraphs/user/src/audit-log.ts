import { requireRoleToRead, type Viewer } from "@shop/auth";
import { type Connection, type Page, toConnection } from "@shop/connections";
import { createId } from "@shop/ids";
import { type AuditEntryRow, type Database, type Prisma, type Transaction } from "./database";

export interface AuditFilter {
  readonly actorId?: string | null;
  readonly targetId?: string | null;
  readonly action?: string | null;
  readonly since?: Date | null;
}

export type AuditLog = ReturnType<typeof createAuditLog>;

/** Notes what staff or an admin did, in the transaction in which it is done. */
export async function recordAudit(
  tx: Transaction,
  entry: {
    /** Null where it was the shop itself. */
    actorId: string | null;
    action: string;
    targetId: string;
    before: Prisma.InputJsonObject;
    after: Prisma.InputJsonObject;
  },
): Promise<void> {
  const at = new Date();
  await tx.auditEntry.create({ data: { id: createId("aud", at.getTime()), at, ...entry } });
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
