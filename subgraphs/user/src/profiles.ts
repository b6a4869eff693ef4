import { requireRole, requireRoleToRead, requireViewer, type Role, type Viewer } from "@shop/auth";
import { type Connection, type Page, toConnection } from "@shop/connections";
import { userProfileUpdated, userRoleChanged } from "@shop/event-contracts";
import { forbidden } from "@shop/graphql-errors";
import { isId } from "@shop/ids";
import { appendToOutbox } from "@shop/messaging";
import { recordAudit } from "./audit-log";
import { type Avatars } from "./avatars";
import { type Database, lockUser, type UserRow } from "./database";
import { toProfile } from "./events";
import { isLastAdmin } from "./last-admin";
import { refuse, type Refusal, toProblems } from "./problem";
import { profileChange } from "./profile-rules";

export interface ProfileChange {
  readonly displayName?: string | null;
  readonly phone?: string | null;
  readonly expectedVersion?: number | null;
}

export type ProfileOutcome = { readonly ok: true; readonly user: UserRow } | Refusal;
export type Profiles = ReturnType<typeof createProfiles>;

export function createProfiles(deps: { db: Database; avatarUrlOf: Avatars["urlOf"] }) {
  const { db, avatarUrlOf } = deps;
  return {
    byIds: (ids: readonly string[]): Promise<UserRow[]> => db.user.findMany({ where: { id: { in: [...ids] } } }),

    /** STAFF: everybody with an account, the newest first. The cursor is the id of the last one seen. */
    list: async (
      viewer: Viewer | null,
      filter: { search: string; role: Role | undefined },
      page: Page<string>,
    ): Promise<Connection<UserRow>> => {
      requireRoleToRead(viewer, "STAFF");
      const contains = filter.search.replace(/[\\%_]/g, "\\$&"); // as they are, and not as wildcards of LIKE
      const users = await db.user.findMany({
        where: {
          ...(page.after === null ? {} : { id: { lt: page.after } }),
          ...(filter.role === undefined ? {} : { role: filter.role }),
          ...(contains === ""
            ? {}
            : {
                OR: [
                  { emailKey: { contains: contains.toLowerCase() } },
                  { displayName: { contains, mode: "insensitive" } },
                ],
              }),
        },
        orderBy: { id: "desc" },
        take: page.first + 1,
      });
      return toConnection(users, page, ({ id }) => id);
    },

    /** Changes the viewer's profile: what is absent stays, and null clears. What changes nothing is no edit. */
    update: async (viewer: Viewer | null, change: ProfileChange): Promise<ProfileOutcome> => {
      const { userId } = requireViewer(viewer);
      const parsed = profileChange.safeParse(change);
      if (!parsed.success) return { ok: false, problems: toProblems(parsed.error) };
      const { expectedVersion } = parsed.data;
      return db.$transaction(async (tx) => {
        const user = await lockUser(tx, userId);
        if (user === null) return refuse("NOT_FOUND", "Your account is no more.");
        if (typeof expectedVersion === "number" && expectedVersion !== user.version) {
          return refuse("VERSION_CONFLICT", "Your profile was changed meanwhile: look at it again.", [
            "expectedVersion",
          ]);
        }
        const { displayName = user.displayName, phone = user.phone } = parsed.data;
        if (displayName === user.displayName && phone === user.phone) return { ok: true, user };
        const data = { displayName, phone, version: { increment: 1 } };
        const updated = await tx.user.update({ where: { id: userId }, data });
        await appendToOutbox(tx, userProfileUpdated, toProfile(updated, avatarUrlOf(updated)));
        return { ok: true, user: updated };
      });
    },

    /** ADMIN: gives a user a role. Nobody changes their own, and an ADMIN is always left. */
    setRole: async (viewer: Viewer | null, userId: string, role: Role): Promise<ProfileOutcome> => {
      const admin = requireRole(viewer, "ADMIN");
      if (!isId(userId)) return refuse("NOT_FOUND", "There is no such user.", ["userId"]);
      return db.$transaction(async (tx) => {
        const user = await lockUser(tx, userId);
        // Of a token that is older than what became of its owner: who lost the role could give it to a friend.
        const actor = await tx.user.findUnique({ where: { id: admin.userId } });
        if (actor?.role !== "ADMIN") throw forbidden();
        if (user === null) return refuse("NOT_FOUND", "There is no such user.", ["userId"]);
        if (user.role === role) return { ok: true, user };
        if (userId === admin.userId) return refuse("INVALID_INPUT", "Let another admin change your role.", ["userId"]);
        if (user.role === "ADMIN" && (await isLastAdmin(tx, userId))) {
          return refuse("INVALID_INPUT", "This is the only admin: give somebody else the role first.", ["userId"]);
        }
        const data = { role, version: { increment: 1 } };
        const updated = await tx.user.update({ where: { id: userId }, data });
        await recordAudit(tx, {
          actorId: admin.userId,
          action: "user.role-changed",
          targetId: userId,
          before: { role: user.role },
          after: { role },
        });
        await appendToOutbox(tx, userRoleChanged, { userId, role });
        return { ok: true, user: updated };
      });
    },
  };
}
