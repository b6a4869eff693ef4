/** As long as names are that people give; what is longer was made by something that makes many. */
const maxLength = 64;
const name = /^[_A-Za-z][_0-9A-Za-z]*$/;

/**
 * Makes labels of names that clients choose, of which there may be any number.
 * @param options.known have a label from the start
 * @param options.maxNames so many at most, the known ones included: those who come first have it
 * @returns gives the label of a name: itself, or "other"
 */
export function createBoundedNames(options: { known: Iterable<string>; maxNames: number }): (name: string) => string {
  const labels = new Set<string>();
  const label = (given: string): string => {
    if (labels.has(given)) return given;
    if (labels.size >= options.maxNames || given.length > maxLength || !name.test(given)) return "other";
    labels.add(given);
    return given;
  };
  for (const known of options.known) label(known);
  return label;
}
