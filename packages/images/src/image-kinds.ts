/** A kind of image that is taken. */
export interface ImageKind {
  readonly contentType: string;
  readonly extension: "png" | "jpg" | "webp" | "avif";
  /** Whether a file of this kind begins so. @param head its first 16 bytes, a character each */
  readonly begins: (head: string) => boolean;
}

const kinds: readonly ImageKind[] = [
  {
    contentType: "image/png",
    extension: "png",
    begins: (head) => head.startsWith("\x89PNG\r\n\x1a\n"),
  },
  {
    contentType: "image/jpeg",
    extension: "jpg",
    begins: (head) => head.startsWith("\xff\xd8\xff"),
  },
  {
    contentType: "image/webp",
    extension: "webp",
    begins: (head) => head.startsWith("RIFF") && head.startsWith("WEBP", 8),
  },
  {
    contentType: "image/avif",
    extension: "avif",
    begins: (head) => head.startsWith("ftypavi", 4),
  },
];

export const imageContentTypes: readonly string[] = kinds.map(({ contentType }) => contentType);

/** What a file is by its own first bytes, whatever it is called. */
export function kindOf(file: Buffer): ImageKind | undefined {
  const head = file.toString("latin1", 0, 16);
  return kinds.find(({ begins }) => begins(head));
}
