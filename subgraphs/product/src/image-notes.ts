import { type UploadNotes } from "@shop/images";
import { type ProductRecord } from "./product-model";
import { type Store, type UploadDocument } from "./store";

const notesPerRound = 100;

/** The notes of uploads of product images: one for each form that was given and each image that was taken away. */
export interface ImageNotes extends UploadNotes {
  /** Before an image is taken away: notes its upload anew. */
  renew(uploadId: string, productId: string): Promise<void>;
}

export function createImageNotes({ uploads, products }: Pick<Store, "uploads" | "products">): ImageNotes {
  const toNote = ({ _id: id, productId: ownerId, notedAt }: UploadDocument) => ({ id, ownerId, notedAt });
  return {
    add: async ({ id, ownerId: productId, notedAt }, max) => {
      if ((await uploads.countDocuments({ productId })) >= max) return false;
      await uploads.create({ _id: id, productId, notedAt });
      return true;
    },
    renew: async (id, productId) => {
      await uploads.updateOne({ _id: id }, { $set: { productId, notedAt: new Date() } }, { upsert: true });
    },
    find: async (id, productId) => {
      const found = await uploads.findOne({ _id: id, productId }).lean<UploadDocument | null>();
      return found === null ? null : toNote(found);
    },
    olderThan: async (time) => {
      const found = await uploads
        .find({ notedAt: { $lt: time } })
        .limit(notesPerRound)
        .lean<UploadDocument[]>();
      return found.map(toNote);
    },
    remove: async ({ id, notedAt }) => {
      await uploads.deleteOne({ _id: id, notedAt });
    },
    keysInUse: async ({ id, ownerId }) => {
      const product = await products.findById(ownerId, { images: 1 }).lean<Pick<ProductRecord, "images"> | null>();
      return (product?.images ?? [])
        .filter(({ uploadId }) => uploadId === id)
        .flatMap(({ key, mediumKey, smallKey }) => [key, mediumKey, smallKey]);
    },
  };
}
