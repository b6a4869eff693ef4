/** The items of several streams, each in order, as one stream in that order. */
export function merge<Item>(
  streams: readonly Iterable<Item>[],
  compare: (left: Item, right: Item) => number,
): Iterable<Item> {
  const [first, second] = streams;
  if (first === undefined) return [];
  if (second === undefined) return first;
  // In halves, so that an item is compared as often as it can be halved.
  const middle = streams.length >>> 1;
  return mergeTwo(merge(streams.slice(0, middle), compare), merge(streams.slice(middle), compare), compare);
}

function* mergeTwo<Item>(
  lefts: Iterable<Item>,
  rights: Iterable<Item>,
  compare: (left: Item, right: Item) => number,
): Generator<Item> {
  const [left, right] = [lefts[Symbol.iterator](), rights[Symbol.iterator]()];
  let [nextLeft, nextRight] = [left.next(), right.next()];
  while (nextLeft.done !== true || nextRight.done !== true) {
    if (nextRight.done === true || (nextLeft.done !== true && compare(nextLeft.value, nextRight.value) <= 0)) {
      yield nextLeft.value as Item;
      nextLeft = left.next();
    } else {
      yield nextRight.value;
      nextRight = right.next();
    }
  }
}
