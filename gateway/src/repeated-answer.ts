/** What is sent for an answer's text: its bytes where the same text is sent again and again. */
export type ToPayload = (text: string) => string | Buffer;

/**
 * Encodes an answer that a crowd asks for once for all of it. The last one alone is remembered: a crowd's requests are
 * answered one after the other, with the very same text, which is told without looking into it.
 */
export function createRepeatedAnswer(): ToPayload {
  let last = "";
  let bytes: Buffer | undefined;
  return (text) => {
    if (text === last) return (bytes ??= Buffer.from(text));
    last = text;
    bytes = undefined;
    return text;
  };
}
