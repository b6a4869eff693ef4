import { requireRole, type Viewer } from "@shop/auth";
import {
  createImageUploads,
  type ImageMaker,
  type ImageStore,
  type ImagesUnavailable,
  type RequestOutcome,
  uploadKey as uploadKeyIn,
} from "@shop/images";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { createImageNotes } from "./image-notes";
import { line, parseInput } from "./input";
import { type EditProduct, type ProductOutcome } from "./product-edits";
import { invalid, notFound, refused, type Refused } from "./problems";
import { type ProductRecord, recordFields, type StoredImage } from "./product-model";
import { type Store } from "./store";

export type UploadOutcome = RequestOutcome | Refused;
export type ImageOutcome = ProductOutcome | ImagesUnavailable;

/** Pictures of products. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Images {
  /** A form for one upload, good for a quarter of an hour. */
  requestUpload(
    viewer: Viewer | null,
    productId: string,
    input: { contentType: string; bytes: number },
  ): Promise<UploadOutcome>;
  /** Makes what was uploaded one of the product's images. Attached again, it changes nothing. */
  attach(viewer: Viewer | null, productId: string, uploadId: string, alt: string): Promise<ImageOutcome>;
  remove(viewer: Viewer | null, productId: string, imageId: string): Promise<ImageOutcome>;
  /** Removes uploads that were not attached within a day. */
  removeForgottenUploads: () => Promise<void>;
}

const folder = "products";
const maxImages = 20;
const maxPerDay = 100;
/** What is made of each upload, as the API describes ImageSize. */
export const shapes = { full: "WHOLE", medium: { withinPx: 960 }, small: { withinPx: 240 } } as const;
const attachInput = z.object({ alt: line("The text", 300) });

/** Where an upload lies until it is attached; nobody can read it there. */
export const uploadKey = (uploadId: string): string => uploadKeyIn(folder, uploadId);

export function createImages(deps: {
  store: Pick<Store, "products" | "uploads">;
  imageStore: ImageStore;
  imageMaker: ImageMaker;
  edit: EditProduct;
  log: Logger;
}): Images {
  const { edit, imageStore, imageMaker, log } = deps;
  const { products } = deps.store;
  const notes = createImageNotes(deps.store);
  // Staff's pictures of goods: where they cannot be made anew, they may tell what they carry.
  const uploads = createImageUploads({ folder, imageStore, imageMaker, notes, maxPerDay, keepsOriginals: true, log });
  const path = ["productId"];

  return {
    requestUpload: async (viewer, productId, input) => {
      requireRole(viewer, "STAFF");
      if ((await products.exists({ _id: productId })) === null) return notFound("product", ...path);
      return uploads.request(productId, input);
    },

    attach: async (viewer, productId, uploadId, alt) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(attachInput, { alt }, []);
      if (!parsed.ok) return parsed;
      const read = () => products.findById(productId, recordFields).lean<ProductRecord | null>();
      const product = await read();
      if (product === null) return notFound("product", ...path);
      if (hasImageOf(product, uploadId)) return { ok: true, product };
      if (product.images.length >= maxImages) return tooMany;

      const published = await uploads.publish({ id: uploadId, ownerId: productId }, shapes);
      if (!published.ok) {
        // What was uploaded goes once it is attached: by another call that was faster, perhaps.
        const now = await read();
        return now !== null && hasImageOf(now, uploadId) ? { ok: true, product: now } : published;
      }
      const { imageId: id, images } = published;
      const { full, medium, small } = images;
      const image: StoredImage = {
        ...{ id, uploadId, alt: parsed.value.alt },
        ...full,
        mediumKey: medium.key,
        smallKey: small.key,
      };
      const outcome = await edit(
        productId,
        (current) => {
          if (hasImageOf(current, uploadId)) return { ok: true, set: null };
          if (current.images.length >= maxImages) return tooMany;
          return { ok: true, set: { images: [...current.images, image] } };
        },
        { path, by: { actorId, action: "product.image-added" } },
      );
      const isInUse = outcome.ok && outcome.product.images.some((other) => other.id === id);
      await uploads.settle(uploadId, published, isInUse);
      return outcome;
    },

    remove: async (viewer, productId, imageId) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const isIt = ({ id }: StoredImage): boolean => id === imageId;
      const product = await products.findById(productId, recordFields).lean<ProductRecord | null>();
      if (product === null) return notFound("product", ...path);
      const image = product.images.find(isIt);
      if (image === undefined) return notFound("image", "imageId");
      await notes.renew(image.uploadId, productId);
      const outcome = await edit(
        productId,
        ({ images }) =>
          images.some(isIt)
            ? { ok: true, set: { images: images.filter((other) => !isIt(other)) } }
            : notFound("image", "imageId"),
        { path, by: { actorId, action: "product.image-removed" } },
      );
      // A seed's products share pictures, which are not their uploads' own: those stay for the others.
      const own = [image.key, image.mediumKey, image.smallKey].filter((key) => key.includes(image.uploadId));
      if (outcome.ok) await uploads.discard(own);
      return outcome;
    },

    removeForgottenUploads: uploads.sweep,
  };
}

const tooMany = refused(invalid(`A product has at most ${maxImages} images: remove one first.`, "uploadId"));

function hasImageOf({ images }: ProductRecord, uploadId: string): boolean {
  return images.some((image) => image.uploadId === uploadId);
}
