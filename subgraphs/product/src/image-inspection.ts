import sharp from "sharp";

/** The kinds of image that are taken, by what their files begin with. */
const kinds = [
  {
    format: "png",
    contentType: "image/png",
    begins: (head: Buffer) => head.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n",
  },
  {
    format: "jpeg",
    contentType: "image/jpeg",
    begins: (head: Buffer) => head.toString("latin1", 0, 3) === "\xff\xd8\xff",
  },
  {
    format: "webp",
    contentType: "image/webp",
    begins: (head: Buffer) => head.toString("latin1", 0, 4) === "RIFF" && head.toString("latin1", 8, 12) === "WEBP",
  },
  {
    format: "avif",
    contentType: "image/avif",
    begins: (head: Buffer) => /^ftypavi[fs]$/.test(head.toString("latin1", 4, 12)),
  },
] as const;

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
export async function cleanImage(bytes: Buffer): Promise<CleanImage | null> {
  // Before a decoder sees it: there are decoders for kinds that we do not want to open at all.
  const kind = kinds.find(({ begins }) => begins(bytes.subarray(0, 16)));
  if (kind === undefined) return null;
  try {
    const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" }).autoOrient();
    const encoded = kind.format === "avif" ? picture.avif({ effort: 2 }) : picture.toFormat(kind.format, { effort: 4 });
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
    const { contentType, format: extension } = kind;
    return { bytes: data, contentType, extension, width: info.width, height: info.height };
  } catch {
    return null; // it begins like an image and is none
  }
}
