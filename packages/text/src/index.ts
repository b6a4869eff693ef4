// Controls and halves of surrogate pairs: PostgreSQL's text and JSON refuse some, no reader takes all, and none is meant.
const unprintable = /(?![\n\r\t])[\p{Cc}\p{Cs}]/u;

// Nor does what ends a line belong into one, or what turns the direction of writing: it makes one name look like another.
const unfitForLine = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

// Spaces, marks and what only steers how others are shown (format characters) make no text by themselves. Within one they
// stay: languages and emoji need them.
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a text is a single line that every store keeps and every reader shows as it is. */
export function isPlainLine(text: string): boolean {
  return !unfitForLine.test(text);
}

/** The text as one line: what does not belong into one becomes a space. */
export function toPlainLine(text: string): string {
  return text.replace(new RegExp(`${unfitForLine.source}+`, "gu"), " ").trim();
}

/** As `isPlainLine`, of several. They may turn the direction of writing: who shows them keeps each text apart. */
export function isPlainText(text: string): boolean {
  return !unprintable.test(text);
}

/** Whether something of a text can be seen. */
export function isVisible(text: string): boolean {
  return visible.test(text);
}

/** Characters are what a person counts as such, near enough: code points. None takes more than two units of `length`. */
export function isLongerThan(maxLength: number, text: string): boolean {
  return text.length > 2 * maxLength || (text.length > maxLength && Array.from(text).length > maxLength);
}
