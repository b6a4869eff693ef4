import { isSensitive } from "./redacted-names";

export const redacted = "[redacted]";
const maxLength = 8_000;

/** Without one of these, none of the patterns below is met: most texts are done with here. */
const suspicious = /[@=:]|eyJ|bearer |basic |-----BEGIN/i;

// Every repetition is bounded: a text that was made to be slow to look through is not.
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,40}-----)?/g, redacted],
  // Who signs in where, in an address.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#"'<>]{1,500}@/gi, `$1${redacted}@`],
  [/\b(bearer|basic|digest|negotiate)\s{1,5}[^\s"',;\\]{1,8000}/gi, `$1 ${redacted}`],
  [/\beyJ[\w-]{5,8000}(?:\.[\w-]{0,8000}){0,4}/g, redacted],
  [/[^\s"'<>()[\]{}|\\@,;:=&?/]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}/gi, redacted],
];

/** A text without secrets and addresses of people, as far as they can be told by their form, and of a bounded length. */
export function redactText(text: string): string {
  const bounded = text.length > maxLength ? text.slice(0, maxLength) : text;
  let result = bounded;
  if (suspicious.test(bounded)) {
    for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
    result = redactNamed(result);
  }
  return bounded === text ? result : `${result}… (${text.length} characters)`;
}

const namedValue = /([\w.%-]{2,60})\\{0,3}["']?\s{0,3}(?:=|:|%3D)\s{0,3}\\{0,3}/gi;
const value = /"[^"\\]{0,8000}|'[^'\\]{0,8000}|[^\s"'&;,{}[\]\\]{1,8000}/y;
/** Of a stack: access-token.js:12:34. */
const sourceFile = /\.[cm]?[jt]s$/;

/** name=value, name: value and "name": "value", in addresses, headers, connection strings and JSON, itself in a string or not. */
function redactNamed(text: string): string {
  let result = "";
  let done = 0;
  for (const { 0: match, 1: name = "", index } of text.matchAll(namedValue)) {
    if (index < done || !isSensitive(name) || sourceFile.test(name)) continue;
    value.lastIndex = index + match.length;
    const [found] = value.exec(text) ?? [];
    if (found === undefined) continue;
    const quote = found.startsWith('"') || found.startsWith("'") ? found.charAt(0) : "";
    result += `${text.slice(done, index + match.length)}${quote}${redacted}`;
    done = index + match.length + found.length;
  }
  return result + text.slice(done);
}
