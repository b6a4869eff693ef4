/**
 * V8 keeps one copy of a property's name, and what it meets first in a text of two bytes a character (as federation-internals
 * joins when it validates a schema) makes every JSON text with that property as wide: an answer twice as dear to write and to
 * send. So it meets the supergraph's names here first, one byte a character.
 * @returns what must be held for as long as the names shall be known
 */
export function internNames(sdl: string): object {
  const names = sdl.match(/[_A-Za-z]\w*/g) ?? [];
  // Through a buffer, since a part of a wide text is wide as well.
  return Object.fromEntries(names.map((name) => [Buffer.from(name, "latin1").toString("latin1"), true]));
}

/** The same text, one byte a character where it can be: what is sent again and again. */
export function narrow(text: string): string {
  return Buffer.from(text).toString();
}
