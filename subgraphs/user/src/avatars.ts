import { requireViewer, type Viewer } from "@shop/auth";
import { userProfileUpdated } from "@shop/event-contracts";
import {
  createImageUploads,
  type ImageMaker,
  type ImageStore,
  type ImagesUnavailable,
  type RequestOutcome,
} from "@shop/images";
import { appendToOutbox } from "@shop/messaging";
import { type Logger } from "@shop/telemetry";
import { createAvatarNotes, renewNote } from "./avatar-notes";
import { type Database, lockUser, type Transaction, type UserRow } from "./database";
import { toProfile } from "./events";
import { refuse, type Refusal } from "./problem";

export type AvatarOutcome = { readonly ok: true } | Refusal | ImagesUnavailable;
type WithAvatar = Pick<UserRow, "avatarKey">;

/** What users look like. */
export interface Avatars {
  /** Where a browser gets a user's picture; null where they have none. */
  urlOf: (user: WithAvatar) => string | null;
  /** A form for the viewer's next picture, good for a quarter of an hour. */
  requestUpload(viewer: Viewer | null, input: { contentType: string; bytes: number }): Promise<RequestOutcome>;
  /** Makes what was uploaded the viewer's picture. Attached again, it changes nothing. */
  attach(viewer: Viewer | null, uploadId: string): Promise<AvatarOutcome>;
  /** In the transaction that takes a user's picture or account away: has the sweep remove what it leaves. */
  release(tx: Transaction, user: UserRow): Promise<void>;
  /** When that transaction has come through: removes it at once. */
  discard(user: WithAvatar): Promise<void>;
  /** Removes uploads that were not attached within a day, and pictures that were replaced. */
  sweep: () => Promise<void>;
}

// Shown small, and twice as dense on most screens.
const shapes = { avatar: { squarePx: 256 } } as const;
const maxPerDay = 20;
const noAccount = refuse("NOT_FOUND", "Your account is no more.");

export function createAvatars(deps: {
  db: Database;
  imageStore: ImageStore;
  imageMaker: ImageMaker;
  log: Logger;
}): Avatars {
  const { db, imageStore, imageMaker, log } = deps;
  const notes = createAvatarNotes({ db });
  // A photo of a customer may tell where they live: where it cannot be made anew, it is not taken.
  const uploads = createImageUploads({
    folder: "avatars",
    imageStore,
    imageMaker,
    notes,
    maxPerDay,
    keepsOriginals: false,
    log,
  });
  const urlOf: Avatars["urlOf"] = ({ avatarKey }) => (avatarKey === null ? null : imageStore.publicUrl(avatarKey));

  async function release(tx: Transaction, { id, avatarUploadId }: UserRow): Promise<void> {
    if (avatarUploadId !== null) await renewNote(tx, avatarUploadId, id);
  }

  async function discard({ avatarKey }: WithAvatar): Promise<void> {
    if (avatarKey !== null) await uploads.discard([avatarKey]);
  }

  /** @returns the user as they were before; null where there is none */
  function replace(userId: string, avatarUploadId: string, avatarKey: string): Promise<UserRow | null> {
    return db.$transaction(async (tx) => {
      const before = await lockUser(tx, userId);
      if (before === null || before.avatarUploadId === avatarUploadId) return before;
      await release(tx, before);
      const data = { avatarKey, avatarUploadId, version: { increment: 1 } };
      const user = await tx.user.update({ where: { id: userId }, data });
      await appendToOutbox(tx, userProfileUpdated, toProfile(user, urlOf(user)));
      return before;
    });
  }

  return {
    urlOf,
    release,
    discard,
    sweep: uploads.sweep,

    requestUpload: (viewer, input) => uploads.request(requireViewer(viewer).userId, input),

    attach: async (viewer, uploadId) => {
      const { userId } = requireViewer(viewer);
      const user = await db.user.findUnique({ where: { id: userId } });
      if (user === null) return noAccount;
      if (user.avatarUploadId === uploadId) return { ok: true };

      const published = await uploads.publish({ id: uploadId, ownerId: userId }, shapes);
      if (!published.ok) {
        // What was uploaded goes once it is attached: by another call that was faster, perhaps.
        const now = await db.user.findUnique({ where: { id: userId } });
        return now?.avatarUploadId === uploadId ? { ok: true } : published;
      }
      const before = await replace(userId, uploadId, published.images.avatar.key);
      const isReplaced = before !== null && before.avatarUploadId !== uploadId;
      await uploads.settle(uploadId, published, isReplaced);
      if (isReplaced) await discard(before);
      return before === null ? noAccount : { ok: true };
    },
  };
}
