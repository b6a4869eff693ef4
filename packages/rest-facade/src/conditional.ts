import { createHash } from "node:crypto";

/**
 * The entity tag of a text: `"<version>-<hash>"`, or `"<hash>"` of what has no version. The hash tells apart what two
 * viewers may see of one version; the version alone is what If-Match compares.
 */
export function entityTagOf(text: string, version: unknown): string {
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 16);
  return typeof version === "number" ? `"${version}-${hash}"` : `"${hash}"`;
}

/** Whether a client has this already, by its If-None-Match (RFC 9110, 13.1.2: compared weakly). */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" || tagsIn(ifNoneMatch).includes(tag);
}

/**
 * The version that an If-Match names, the latest of them where there are several.
 * @returns "any" for `*`, undefined where no tag in it is one of a version: then nothing can match
 */
export function versionIn(ifMatch: string): number | "any" | undefined {
  if (ifMatch.trim() === "*") return "any";
  const versions = tagsIn(ifMatch).flatMap((tag) => {
    const version = /^"(\d{1,9})-[\w-]+"$/.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
  return versions.length === 0 ? undefined : Math.max(...versions);
}

function tagsIn(header: string): string[] {
  return [...header.matchAll(/"[^"]*"/g)].map(([tag]) => tag);
}
