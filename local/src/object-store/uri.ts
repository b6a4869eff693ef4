/** Percent-encoding as V4 signatures define it (RFC 3986): stricter than encodeURIComponent, which leaves !'()* alone. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same for a path or key, whose slashes stay. */
export function uriEncodePath(path: string): string {
  return path.split("/").map(uriEncode).join("/");
}
