export interface TextCache {
  get(key: string): string | undefined;
  set(key: string, text: string): void;
}

/** Keeps texts by their keys within both bounds, and forgets the one that was longest out of use. */
export function createTextCache(bounds: { maxTexts: number; maxCharacters: number }): TextCache {
  const texts = new Map<string, string>();
  let characters = 0;
  const forget = (key: string): string | undefined => {
    const text = texts.get(key);
    if (texts.delete(key)) characters -= text?.length ?? 0;
    return text;
  };
  const keep = (key: string, text: string): void => {
    texts.set(key, text);
    characters += text.length;
  };

  return {
    get: (key) => {
      const text = forget(key);
      if (text !== undefined) keep(key, text);
      return text;
    },
    set: (key, text) => {
      if (text.length > bounds.maxCharacters) return;
      forget(key);
      keep(key, text);
      for (const oldest of texts.keys()) {
        if (texts.size <= bounds.maxTexts && characters <= bounds.maxCharacters) return;
        forget(oldest);
      }
    },
  };
}
