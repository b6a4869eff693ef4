import { requireRole, type Viewer } from "@shop/auth";
import { createId } from "@shop/ids";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { cleanImage, imageContentTypes } from "./image-inspection";
import { type ImageStore, ImageStoreUnavailableError } from "./image-store";
import { line, parseInput } from "./input";
import { type EditProduct, type ProductOutcome } from "./product-edits";
import { notFound, type Problem, refused, type Refused } from "./problems";
import { type Store, type UploadDocument } from "./store";

export interface ImageUpload {
  readonly id: string;
  readonly url: string;
  readonly fields: { readonly name: string; readonly value: string }[];
  readonly expiresAt: Date;
}

type StoreDown = { ok: false; reason: "IMAGE_STORE_UNAVAILABLE" };
export type UploadOutcome = { ok: true; upload: ImageUpload } | Refused | StoreDown;
export type ImageOutcome = ProductOutcome | StoreDown;

/** Pictures of products. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Images {
  /** A form for one upload, good for a quarter of an hour. */
  requestUpload(viewer: Viewer | null, productId: string, input: unknown): Promise<UploadOutcome>;
  /** Makes what was uploaded one of the product's images. Attached again, it changes nothing. */
  attach(viewer: Viewer | null, productId: string, uploadId: string, alt: string): Promise<ImageOutcome>;
  remove(viewer: Viewer | null, productId: string, imageId: string): Promise<ImageOutcome>;
  /** Removes uploads that were not attached within a day. */
  removeForgottenUploads: () => Promise<void>;
}

const maxBytes = 5 * 1024 * 1024;
const maxImages = 20;
const formLifetimeMs = 900_000;
const uploadLifetimeMs = 86_400_000;

const uploadInput = z.object({
  contentType: z.string().refine((type) => imageContentTypes.includes(type), {
    error: `Only ${imageContentTypes.join(", ")} are taken.`,
    params: { code: "UNSUPPORTED_IMAGE" },
  }),
  bytes: z
    .number()
    .int()
    .min(1, { error: "An image has at least one byte." })
    .refine((bytes) => bytes <= maxBytes, {
      error: "An image has 5 MiB at most: make it smaller.",
      params: { code: "IMAGE_TOO_LARGE" },
    }),
});
const attachInput = z.object({ alt: line("The text", 300) });

/** Where an upload lies until it is attached; nobody can read it there. */
export const uploadKey = (uploadId: string): string => `uploads/${uploadId}`;

export function createImages(deps: {
  store: Pick<Store, "products" | "uploads">;
  imageStore: ImageStore;
  edit: EditProduct;
  log: Logger;
}): Images {
  const { imageStore, edit, log } = deps;
  const { products, uploads } = deps.store;

  async function whileStoreAnswers<T>(work: () => Promise<T>): Promise<T | StoreDown> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ImageStoreUnavailableError) return { ok: false, reason: "IMAGE_STORE_UNAVAILABLE" };
      throw error;
    }
  }

  /** What may go wrong is only that something stays behind that nobody refers to. */
  async function discard(key: string): Promise<void> {
    await imageStore.remove(key).catch((error: unknown) => {
      log.warn({ err: error, key }, "an image could not be removed");
    });
  }

  async function attachUpload(upload: UploadDocument, alt: string): Promise<ProductOutcome> {
    const { _id: uploadId, productId, imageId } = upload;
    const found = await imageStore.read(uploadKey(uploadId), maxBytes);
    if (found === null) return notFound("upload", "uploadId");
    if (found === "TOO_LARGE") {
      return refused(imageProblem("IMAGE_TOO_LARGE", "An image has 5 MiB at most: make it smaller."));
    }
    const image = await cleanImage(found);
    if (image === null) {
      return refused(imageProblem("UNSUPPORTED_IMAGE", `The file is not one of ${imageContentTypes.join(", ")}.`));
    }
    const { bytes, contentType, extension, width, height } = image;
    // Named by its id, which is never used again: what is there never becomes another picture.
    const key = `public/products/${imageId}.${extension}`;
    await imageStore.write(key, bytes, contentType);
    const stored = { id: imageId, uploadId, key, alt, width, height, contentType, bytes: bytes.length };
    const outcome = await edit(
      productId,
      ({ images }) => {
        if (images.some((other) => other.uploadId === uploadId)) return { ok: true, set: null };
        if (images.length >= maxImages) {
          return refused(imageProblem("INVALID_INPUT", `A product has at most ${maxImages} images: remove one first.`));
        }
        return { ok: true, set: { images: [...images, stored] } };
      },
      { path: ["productId"] },
    );
    if (outcome.ok) {
      await discard(uploadKey(uploadId));
      await uploads.deleteOne({ _id: uploadId });
    }
    return outcome;
  }

  return {
    requestUpload: async (viewer, productId, input) => {
      requireRole(viewer, "STAFF");
      const parsed = parseInput(uploadInput, input);
      if (!parsed.ok) return parsed;
      if ((await products.exists({ _id: productId })) === null) return notFound("product", "productId");
      return whileStoreAnswers(async () => {
        const id = createId("upl");
        const now = new Date();
        const expiresAt = new Date(now.getTime() + formLifetimeMs);
        const { contentType } = parsed.value;
        const form = await imageStore.uploadForm({ key: uploadKey(id), contentType, maxBytes, expiresAt });
        await uploads.create({ _id: id, productId, imageId: createId("img"), createdAt: now });
        return { ok: true, upload: { id, ...form, expiresAt } };
      });
    },

    attach: async (viewer, productId, uploadId, alt) => {
      requireRole(viewer, "STAFF");
      const parsed = parseInput(attachInput, { alt }, []);
      if (!parsed.ok) return parsed;
      const attached = await edit(
        productId,
        ({ images }) =>
          images.some((image) => image.uploadId === uploadId)
            ? { ok: true, set: null }
            : notFound("upload", "uploadId"),
        { path: ["productId"] },
      );
      if (attached.ok) return attached;
      const upload = await uploads.findOne({ _id: uploadId, productId }).lean<UploadDocument | null>();
      if (upload === null) return attached;
      return whileStoreAnswers(() => attachUpload(upload, parsed.value.alt));
    },

    remove: async (viewer, productId, imageId) => {
      requireRole(viewer, "STAFF");
      let removed: string | undefined;
      const outcome = await edit(
        productId,
        ({ images }) => {
          const image = images.find(({ id }) => id === imageId);
          if (image === undefined) return notFound("image", "imageId");
          removed = image.key;
          return { ok: true, set: { images: images.filter(({ id }) => id !== imageId) } };
        },
        { path: ["productId"] },
      );
      if (outcome.ok && removed !== undefined) await discard(removed);
      return outcome;
    },

    removeForgottenUploads: async () => {
      const before = new Date(Date.now() - uploadLifetimeMs);
      const forgotten = await uploads
        .find({ createdAt: { $lt: before } }, { _id: 1 })
        .limit(100)
        .lean<{ _id: string }[]>();
      for (const { _id } of forgotten) {
        await imageStore.remove(uploadKey(_id));
        await uploads.deleteOne({ _id });
      }
    },
  };
}

function imageProblem(code: Problem["code"], message: string): Problem {
  return { code, message, path: ["uploadId"] };
}
