import { createTurns, TooManyWaitingError } from "@shop/lifecycle";
import { type Sharp, type Metadata } from "sharp";
import { type ImageKind, kindOf } from "./image-kinds";
import { mapOneByOne } from "./one-by-one";
import { type SharpModule } from "./sharp-module";

/** How an image is made of an upload: WHOLE in the upload's own format and size, the others in WebP and never enlarged. */
export type Shape = "WHOLE" | { readonly withinPx: number } | { readonly squarePx: number };

export interface MadeImage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly extension: string;
  /** In pixels, upright; null where this platform cannot tell. */
  readonly width: number | null;
  readonly height: number | null;
}

export type MakeOutcome<Name extends string> =
  | { ok: true; images: Record<Name, MadeImage> }
  /** BUSY: it may be asked again. */
  | { ok: false; reason: "UNSUPPORTED" | "TOO_LARGE" | "BUSY" };

export interface ImageMaker {
  /** Whether images are made anew; if not, every shape of an upload is the upload itself, with all that it carries. */
  readonly reencodes: boolean;
  /** Decides from the bytes alone what an upload is, and makes images of it. */
  make<Name extends string>(uploaded: Buffer, shapes: Readonly<Record<Name, Shape>>): Promise<MakeOutcome<Name>>;
}

// A small file may unpack to a very large picture: 4 bytes for each of so many pixels, and the same for its copy.
const maxPixels = 25_000_000;
// Decoding runs on libuv's four threads, which files, names and password hashes need too.
const atOnce = 2;
const maxWaiting = 20;
const maxSeconds = 15;

const encoders: Record<ImageKind["extension"], (picture: Sharp) => Sharp> = {
  png: (picture) => picture.png(),
  jpg: (picture) => picture.jpeg({ quality: 90 }),
  webp: (picture) => picture.webp({ quality: 90 }),
  avif: (picture) => picture.avif({ quality: 70, effort: 2 }), // more effort takes seconds and saves little
};
const thumbnailQuality = 82;

/** @param sharp null on a platform that has none: uploads are then kept as they are */
export function createImageMaker(sharp: SharpModule | null): ImageMaker {
  return sharp === null ? keepsOriginals : createEncoder(sharp);
}

/**
 * Encodes pictures anew, upright and in sRGB: what else the file carried (where it was taken, scripts, another file behind
 * it) does not come along. Of a moving picture the first frame is taken.
 */
function createEncoder(sharp: SharpModule): ImageMaker {
  const inTurn = createTurns({ atOnce, maxWaiting, isOutage: () => false });

  async function draw(uploaded: Buffer, kind: ImageKind, shape: Shape): Promise<MadeImage> {
    const picture = sharp(uploaded, { limitInputPixels: maxPixels, failOn: "error" })
      .autoOrient()
      .timeout({ seconds: maxSeconds });
    const whole = shape === "WHOLE";
    const encoded = whole
      ? encoders[kind.extension](picture)
      : resize(picture, shape).webp({ quality: thumbnailQuality });
    const { data: bytes, info } = await encoded.toBuffer({ resolveWithObject: true });
    const { contentType, extension } = whole ? kind : { contentType: "image/webp", extension: "webp" };
    return { bytes, contentType, extension, width: info.width, height: info.height };
  }

  return {
    reencodes: true,
    make: async (uploaded, shapes) => {
      // Before a decoder sees it: there are decoders for kinds that we do not want to open at all.
      const kind = kindOf(uploaded);
      if (kind === undefined) return { ok: false, reason: "UNSUPPORTED" };
      try {
        return await inTurn(async () => {
          const header = await sharp(uploaded, { limitInputPixels: false }).metadata();
          if (!isOf(kind, header)) return { ok: false, reason: "UNSUPPORTED" };
          if (header.width * header.height > maxPixels) return { ok: false, reason: "TOO_LARGE" };
          // Together they would take more than the turn that they have.
          const images = await mapOneByOne(shapes, (shape: Shape) => draw(uploaded, kind, shape));
          return { ok: true, images };
        });
      } catch (error) {
        const isBusy = error instanceof TooManyWaitingError || (error as Error).message.includes("timeout");
        return { ok: false, reason: isBusy ? "BUSY" : "UNSUPPORTED" }; // it begins like an image and is none
      }
    },
  };
}

const keepsOriginals: ImageMaker = {
  reencodes: false,
  make: async (uploaded, shapes) => {
    const kind = kindOf(uploaded);
    if (kind === undefined) return { ok: false, reason: "UNSUPPORTED" };
    const { contentType, extension } = kind;
    const original = { bytes: uploaded, contentType, extension, width: null, height: null };
    return { ok: true, images: await mapOneByOne(shapes, () => Promise.resolve(original)) };
  },
};

function resize(picture: Sharp, shape: Exclude<Shape, "WHOLE">): Sharp {
  if ("withinPx" in shape) {
    return picture.resize({ width: shape.withinPx, height: shape.withinPx, fit: "inside", withoutEnlargement: true });
  }
  return picture.resize({ width: shape.squarePx, height: shape.squarePx, fit: "cover", withoutEnlargement: true });
}

/** Whether the decoder sees the same kind in it as its first bytes told. */
function isOf({ extension }: ImageKind, { format, compression }: Metadata): boolean {
  if (extension === "avif") return format === "heif" && compression === "av1";
  return format === (extension === "jpg" ? "jpeg" : extension);
}
