import { imageContentTypes } from "./image-kinds";

/** What is wrong with an image, in the words of the public API. */
export interface ImageProblem {
  readonly code: "INVALID_INPUT" | "UNSUPPORTED_IMAGE" | "IMAGE_TOO_LARGE" | "NOT_FOUND";
  /** For a person: what is wrong and what to do. */
  readonly message: string;
  /** Into the arguments. */
  readonly path: string[];
}

/** A file of an image, in bytes. */
export const maxImageBytes = 5 * 1024 * 1024;

const tooLarge = "An image has 5 MiB and 25 million pixels at most: make it smaller.";
const kinds = imageContentTypes.join(", ");

/** @returns what is wrong with an image that is going to be uploaded; nothing where it may be */
export function problemsOfInput(input: { contentType: string; bytes: number }): ImageProblem[] {
  const problems: ImageProblem[] = [];
  if (!imageContentTypes.includes(input.contentType)) {
    const path = ["input", "contentType"];
    problems.push({ code: "UNSUPPORTED_IMAGE", message: `Only ${kinds} are taken.`, path });
  }
  const path = ["input", "bytes"];
  if (input.bytes < 1) problems.push({ code: "INVALID_INPUT", message: "An image has at least one byte.", path });
  if (input.bytes > maxImageBytes) problems.push({ code: "IMAGE_TOO_LARGE", message: tooLarge, path });
  return problems;
}

const problemsOfUpload = {
  NOT_FOUND: { code: "NOT_FOUND", message: "There is no such upload." },
  TOO_LARGE: { code: "IMAGE_TOO_LARGE", message: tooLarge },
  UNSUPPORTED: { code: "UNSUPPORTED_IMAGE", message: `The file is not one of ${kinds}, or is damaged.` },
} as const;

/** What is wrong with what was uploaded, or was not. */
export function problemOfUpload(reason: keyof typeof problemsOfUpload): ImageProblem {
  return { ...problemsOfUpload[reason], path: ["uploadId"] };
}
