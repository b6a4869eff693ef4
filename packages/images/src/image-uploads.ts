import { createHash } from "node:crypto";
import { createId, isId } from "@shop/ids";
import { type Logger } from "@shop/telemetry";
import { type ImageMaker, type MadeImage, type Shape } from "./image-maker";
import { type ImageStore, ImageStoreUnavailableError, type UploadForm } from "./image-store";
import { mapOneByOne } from "./one-by-one";
import { type ImageProblem, maxImageBytes, problemOfUpload, problemsOfInput } from "./problems";
import { type UploadNote, type UploadNotes } from "./upload-notes";

export interface ImageUpload extends UploadForm {
  readonly id: string;
  /** Until when the form is taken. */
  readonly expiresAt: Date;
}

/** An image that anybody can read. */
export interface PublicImage extends Omit<MadeImage, "bytes" | "extension"> {
  readonly key: string;
  readonly bytes: number;
}

/** The images of one upload. */
export interface Published<Name extends string> {
  readonly ok: true;
  /** Of this try alone: if the upload is published again, those images have another. */
  readonly imageId: string;
  readonly images: Readonly<Record<Name, PublicImage>>;
}

export type ImagesRefused = { ok: false; problems: ImageProblem[] };
/** The store does not answer, or too much waits to be decoded: it may be tried again. */
export type ImagesUnavailable = { ok: false; reason: "UNAVAILABLE" };
/** TOO_MANY: the owner has as many uploads as a day may see. */
export type RequestOutcome =
  { ok: true; upload: ImageUpload } | ImagesRefused | ImagesUnavailable | { ok: false; reason: "TOO_MANY" };
export type PublishOutcome<Name extends string> = Published<Name> | ImagesRefused | ImagesUnavailable;

/**
 * Images on their way from a browser into a service. Its own part is to make them somebody's, between `publish` and
 * `settle`, in one write; whatever dies in between leaves objects that nothing refers to, and the sweep takes them.
 */
export interface ImageUploads {
  /** A form for one image, good for a quarter of an hour. */
  request(ownerId: string, input: { contentType: string; bytes: number }): Promise<RequestOutcome>;
  /** Makes public images of what was uploaded. It may be called again, and by several at once. */
  publish<Name extends string>(
    upload: { id: string; ownerId: string },
    shapes: Readonly<Record<Name, Shape>>,
  ): Promise<PublishOutcome<Name>>;
  /** After `publish`: removes what was uploaded where the images are in use now, or else the images. */
  settle(uploadId: string, published: Published<string>, isInUse: boolean): Promise<void>;
  /** Removes images that are in use no more. Before that is durable their upload must be noted anew. */
  discard(keys: readonly string[]): Promise<void>;
  /** Removes what was not attached within a day, and what was left behind by whoever died. */
  sweep: () => Promise<void>;
}

const formLifetimeMs = 900_000;
const attachableMs = 23 * 3_600_000;
// An hour later, so that no `publish` of before is still on its way.
const sweptAfterMs = 24 * 3_600_000;

/** Where an upload lies until it is attached; nobody can read it there. */
export function uploadKey(folder: string, uploadId: string): string {
  return `uploads/${folder}/${uploadId}`;
}

/**
 * @param deps.folder the service's own in the bucket
 * @param deps.maxPerDay how many forms an owner may have in a day: each lets 5 MiB in
 * @param deps.keepsOriginals whether, on a platform where images cannot be made anew, the upload itself is shown, though it
 *   may tell where and by whom a picture was taken
 */
export function createImageUploads(deps: {
  folder: string;
  imageStore: ImageStore;
  imageMaker: ImageMaker;
  notes: UploadNotes;
  maxPerDay: number;
  keepsOriginals: boolean;
  log: Logger;
}): ImageUploads {
  const { folder, imageStore, imageMaker, notes, log } = deps;
  const isPossible = imageMaker.reencodes || deps.keepsOriginals;
  const publicPrefix = (uploadId: string): string => `public/${folder}/${uploadId}/`;

  async function write(prefix: string, { bytes, extension, ...image }: MadeImage): Promise<PublicImage> {
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    const key = `${prefix}${hash}.${extension}`;
    await imageStore.write(key, bytes, image.contentType);
    return { ...image, key, bytes: bytes.length };
  }

  async function makePublic<Name extends string>(
    { id, ownerId }: { id: string; ownerId: string },
    shapes: Readonly<Record<Name, Shape>>,
  ): Promise<PublishOutcome<Name>> {
    if (!isId(id)) return refusal("NOT_FOUND");
    const note = await notes.find(id, ownerId);
    if (note === null || note.notedAt.getTime() < Date.now() - attachableMs) return refusal("NOT_FOUND");
    const uploaded = await imageStore.read(uploadKey(folder, id), maxImageBytes);
    if (uploaded === null) return refusal("NOT_FOUND");
    if (uploaded === "TOO_LARGE") return refusal("TOO_LARGE");
    const outcome = await imageMaker.make(uploaded, shapes);
    if (!outcome.ok) return outcome.reason === "BUSY" ? unavailable : refusal(outcome.reason);
    const imageId = createId("img");
    const images = await mapOneByOne(outcome.images, (image) => write(`${publicPrefix(id)}${imageId}/`, image));
    return { ok: true, imageId, images };
  }

  async function takeAway(note: UploadNote): Promise<void> {
    const inUse = new Set(await notes.keysInUse(note));
    const lying = await imageStore.list(publicPrefix(note.id));
    for (const key of lying.filter((key) => !inUse.has(key))) await imageStore.remove(key);
    await imageStore.remove(uploadKey(folder, note.id)); // a form can be sent again for as long as it is good
    await notes.remove(note);
  }

  /** What may go wrong is only that something stays until it is swept. */
  async function discard(keys: readonly string[]): Promise<void> {
    const removed = await Promise.allSettled(keys.map((key) => imageStore.remove(key)));
    for (const outcome of removed) {
      if (outcome.status === "rejected")
        log.warn({ err: outcome.reason as unknown }, "an image stays until it is swept");
    }
  }

  return {
    request: async (ownerId, input) => {
      const problems = problemsOfInput(input);
      if (problems.length > 0) return { ok: false, problems };
      if (!isPossible) return unavailable;
      return whileStoreAnswers(async () => {
        const id = createId("upl");
        const now = Date.now();
        const expiresAt = new Date(now + formLifetimeMs);
        const form = { key: uploadKey(folder, id), maxBytes: maxImageBytes, expiresAt };
        const { url, fields } = await imageStore.uploadForm({ ...form, contentType: input.contentType });
        const isNoted = await notes.add({ id, ownerId, notedAt: new Date(now) }, deps.maxPerDay);
        if (!isNoted) return { ok: false, reason: "TOO_MANY" };
        return { ok: true, upload: { id, url, fields, expiresAt } };
      });
    },

    publish: (upload, shapes) =>
      isPossible ? whileStoreAnswers(() => makePublic(upload, shapes)) : Promise.resolve(unavailable),

    settle: (uploadId, { images }, isInUse) =>
      discard(isInUse ? [uploadKey(folder, uploadId)] : Object.values(images).map(({ key }) => key)),

    discard,

    sweep: async () => {
      for (;;) {
        const old = await notes.olderThan(new Date(Date.now() - sweptAfterMs));
        if (old.length === 0) return;
        for (const note of old) await takeAway(note);
      }
    },
  };
}

const unavailable: ImagesUnavailable = { ok: false, reason: "UNAVAILABLE" };

function refusal(reason: Parameters<typeof problemOfUpload>[0]): ImagesRefused {
  return { ok: false, problems: [problemOfUpload(reason)] };
}

async function whileStoreAnswers<T>(work: () => Promise<T>): Promise<T | ImagesUnavailable> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImageStoreUnavailableError) return unavailable;
    throw error;
  }
}
