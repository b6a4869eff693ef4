import sharp, { type Sharp } from "sharp";

interface Kind {
  readonly extension: string;
  readonly contentType: string;
  /** Whether a file of this kind begins so. @param head its first 16 bytes, a character each */
  readonly begins: (head: string) => boolean;
  readonly encode: (picture: Sharp) => Sharp;
}

/** The kinds of image that are taken. */
const kinds: readonly Kind[] = [
  {
    extension: "png",
    contentType: "image/png",
    begins: (head) => head.startsWith("\x89PNG\r\n\x1a\n"),
    encode: (picture) => picture.png(),
  },
  {
    extension: "jpg",
    contentType: "image/jpeg",
    begins: (head) => head.startsWith("\xff\xd8\xff"),
    encode: (picture) => picture.jpeg({ quality: 90 }),
  },
  {
    extension: "webp",
    contentType: "image/webp",
    begins: (head) => head.startsWith("RIFF") && head.startsWith("WEBP", 8),
    encode: (picture) => picture.webp({ quality: 90 }),
  },
  {
    extension: "avif",
    contentType: "image/avif",
    begins: (head) => head.startsWith("ftypavi", 4),
    encode: (picture) => picture.avif({ quality: 70, effort: 2 }), // more effort takes seconds and saves little
  },
];

export const imageContentTypes: readonly string[] = kinds.map(({ contentType }) => contentType);

/** An image made anew from what was uploaded. */
export interface CleanImage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly extension: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

// A small file may unpack to a very large picture.
const maxPixels = 40_000_000;

/**
 * Decides from the bytes alone what an upload is, and encodes the picture anew: what else the file carried (where it was
 * taken, scripts, another file behind it) does not come along.
 * @returns null for anything that is not a whole image of one of our kinds
 */
export async function cleanImage(uploaded: Buffer): Promise<CleanImage | null> {
  // Before a decoder sees it: there are decoders for kinds that we do not want to open at all.
  const head = uploaded.toString("latin1", 0, 16);
  const kind = kinds.find(({ begins }) => begins(head));
  if (kind === undefined) return null;
  try {
    const picture = sharp(uploaded, { limitInputPixels: maxPixels, failOn: "error" }).autoOrient();
    const { data: bytes, info } = await kind.encode(picture).toBuffer({ resolveWithObject: true });
    const { contentType, extension } = kind;
    return { bytes, contentType, extension, width: info.width, height: info.height };
  } catch {
    return null; // it begins like an image and is none
  }
}
