import { type FormattedExecutionResult } from "graphql";

type Path = readonly (string | number)[];

/**
 * Compares an answer with the one that a monolith gives: `data` exactly, with the order of its keys, and errors by path.
 * Where GraphQL leaves it to the server which of several errors below one nulled parent it reports, any of them will do.
 * @returns what differs, in words; empty where nothing does
 */
export function differences(expected: FormattedExecutionResult, actual: FormattedExecutionResult): string[] {
  const found: string[] = [];
  const [wanted, got] = [toText(expected), toText(actual)];
  if (wanted !== got) found.push(`data: expected ${wanted}, got ${got}`);
  const wantedErrors = errorPlaces(expected);
  const gotErrors = errorPlaces(actual);
  for (const place of wantedErrors.keys()) {
    if (!gotErrors.has(place)) found.push(`no error at ${place}`);
  }
  for (const [place, count] of gotErrors) {
    if (!wantedErrors.has(place)) found.push(`an error at ${place} that the monolith does not have`);
    // Of what was nulled by an error further down, several may be told; a place's own error is told once.
    if (count > 1 && !place.endsWith(".*")) found.push(`${count} errors at ${place}`);
  }
  return found;
}

function toText({ data }: FormattedExecutionResult): string {
  return JSON.stringify(data ?? null);
}

/** By where they took effect: the error's own path, or `<place>.*` where it nulled a parent. */
function errorPlaces({ data, errors = [] }: FormattedExecutionResult): Map<string, number> {
  const places = new Map<string, number>();
  for (const error of errors) {
    const place = placeOf(error.path ?? [], data ?? null);
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return places;
}

function placeOf(path: Path, data: unknown): string {
  let value = data;
  for (const [depth, step] of path.entries()) {
    if (value === null || value === undefined) return ["$", ...path.slice(0, depth), "*"].join(".");
    value = (value as Record<string | number, unknown>)[step];
  }
  return ["$", ...path].join(".");
}
