/** Items in order, as a list of short arrays, none empty: inserting moves at most one array's items. */
export type Chunks<Item> = Item[][];

/** Between two items: before the one at `offset`, or at the end of its chunk. */
export interface Place {
  readonly chunk: number;
  readonly offset: number;
}

const maxChunkLength = 512;

export const startOf: Place = { chunk: 0, offset: 0 };
export const endOf = (chunks: Chunks<unknown>): Place => ({ chunk: chunks.length, offset: 0 });

/** Where the first item stands for which `reached` holds, given that it then holds for all after; the end if for none. */
export function locate<Item>(chunks: Chunks<Item>, reached: (item: Item) => boolean): Place {
  const after = firstIndex(chunks, (items) => reached(items[0] as Item));
  const items = chunks[after - 1];
  if (items === undefined) return startOf;
  const offset = firstIndex(items, reached);
  return offset === items.length ? { chunk: after, offset: 0 } : { chunk: after - 1, offset };
}

export function toChunks<Item>(items: readonly Item[]): Chunks<Item> {
  // Half full, as chunks are after a split: the next insertions have room.
  const length = maxChunkLength / 2;
  return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
}

export function itemAt<Item>(chunks: Chunks<Item>, { chunk, offset }: Place): Item | undefined {
  return chunks[chunk]?.[offset];
}

export function insertAt<Item>(chunks: Chunks<Item>, place: Place, item: Item): void {
  // What comes at the start of a chunk goes to the end of the one before: a list that grows at its end stays dense.
  const before = place.offset === 0 ? chunks[place.chunk - 1] : undefined;
  const items = before ?? chunks[place.chunk];
  if (items === undefined) {
    chunks.push([item]);
    return;
  }
  items.splice(before === undefined ? place.offset : before.length, 0, item);
  if (items.length > maxChunkLength) {
    const chunk = before === undefined ? place.chunk : place.chunk - 1;
    chunks.splice(chunk + 1, 0, items.splice(maxChunkLength / 2));
  }
}

export function removeAt<Item>(chunks: Chunks<Item>, { chunk, offset }: Place): void {
  const items = chunks[chunk];
  items?.splice(offset, 1);
  if (items?.length === 0) chunks.splice(chunk, 1);
}

/** The items from one place to another, forwards or from the end. Not to be used across a change of the chunks. */
export function* walk<Item>(chunks: Chunks<Item>, from: Place, to: Place, backwards: boolean): Generator<Item> {
  if (from.chunk > to.chunk || (from.chunk === to.chunk && from.offset >= to.offset)) return;
  const step = backwards ? -1 : 1;
  for (let chunk = backwards ? to.chunk : from.chunk; ; chunk += step) {
    const first = chunk === from.chunk ? from.offset : 0;
    const end = chunk === to.chunk ? to.offset : (chunks[chunk]?.length ?? 0);
    for (let offset = backwards ? end - 1 : first; offset >= first && offset < end; offset += step) {
      yield chunks[chunk]?.[offset] as Item;
    }
    if (backwards ? chunk <= from.chunk : chunk >= to.chunk) return;
  }
}

export function countBetween(chunks: Chunks<unknown>, from: Place, to: Place): number {
  let count = to.offset - from.offset;
  for (let chunk = from.chunk; chunk < to.chunk; chunk++) count += chunks[chunk]?.length ?? 0;
  return Math.max(0, count);
}

/** Binary search: the first index at which `holds`, which holds for all after it; the length if for none. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
