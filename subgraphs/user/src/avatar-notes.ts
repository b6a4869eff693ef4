import { type UploadNotes } from "@shop/images";
import { type Database, lockUser, type Transaction } from "./database";

const notesPerRound = 100;

/** The notes of uploads of avatars: one for each form that was given and each avatar that was replaced. */
export function createAvatarNotes({ db }: { db: Database }): UploadNotes {
  return {
    // Under the user's lock: asked for many at once, no more than `max` are given.
    add: ({ id, ownerId: userId, notedAt }, max) =>
      db.$transaction(async (tx) => {
        await lockUser(tx, userId);
        if ((await tx.avatarUpload.count({ where: { userId } })) >= max) return false;
        await tx.avatarUpload.create({ data: { id, userId, notedAt } });
        return true;
      }),
    find: async (id, userId) => {
      const found = await db.avatarUpload.findUnique({ where: { id, userId } });
      return found === null ? null : { id, ownerId: userId, notedAt: found.notedAt };
    },
    olderThan: async (time) => {
      const found = await db.avatarUpload.findMany({ where: { notedAt: { lt: time } }, take: notesPerRound });
      return found.map(({ id, userId: ownerId, notedAt }) => ({ id, ownerId, notedAt }));
    },
    remove: async ({ id, notedAt }) => {
      await db.avatarUpload.deleteMany({ where: { id, notedAt } });
    },
    keysInUse: async ({ id, ownerId }) => {
      const user = await db.user.findUnique({ where: { id: ownerId, avatarUploadId: id } });
      return user?.avatarKey == null ? [] : [user.avatarKey];
    },
  };
}

/** Notes an upload anew, in the transaction in which its avatar stops being shown. */
export async function renewNote(tx: Transaction, id: string, userId: string): Promise<void> {
  const notedAt = new Date();
  await tx.avatarUpload.upsert({ where: { id }, create: { id, userId, notedAt }, update: { notedAt } });
}
