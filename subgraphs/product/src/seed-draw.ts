import { deriveId } from "@shop/ids";
import { wordsOf } from "./folding";
import { idempotencyScope } from "./idempotency";
import { type ProductAttribute, type ProductDocument, type StoredImage } from "./product-model";
import { listKeysOf } from "./search-tokens";
import { shelves } from "./seed-goods";
import { cares, colors, makers, manners, origins, praises } from "./seed-words";

export interface DrawnFrom {
  /** Another number, other products. */
  readonly seed: number;
  readonly currency: string;
  readonly categoryIds: ReadonlyMap<string, string>;
  /** Shared by all products; without any they have no image. */
  readonly pictures: readonly StoredImage[];
}

// The first product was made then, and one more every quarter of an hour: 100,000 take nearly three years.
const firstMadeAtMs = Date.UTC(2023, 0, 2);
const madeEveryMs = 900_000;

/**
 * Product number `index` of a seed: the same at every time and on every machine, whatever else is drawn; but for the ids
 * of categories and pictures, which are the shop's.
 */
export function drawProduct(index: number, { seed, currency, categoryIds, pictures }: DrawnFrom): ProductDocument {
  const random = createRandom(seed, index);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const shelf = pick(shelves);
  const [thing, material, color, maker] = [pick(shelf.things), pick(shelf.materials), pick(colors), pick(makers)];
  const size = random() < 0.6 ? pick(shelf.sizes) : undefined;
  const manner = random() < 0.7 ? `${pick(manners)} ` : "";
  const name = `${maker} ${manner}${capitalised(material)} ${thing}${size === undefined ? "" : `, ${size}`}`;
  const description = `${thing} of ${material} in ${color}. ${pick(praises)} ${pick(cares)}`;
  const attributes: ProductAttribute[] = [
    { name: "material", value: material },
    { name: "color", value: color },
    { name: "maker", value: maker },
    ...(size === undefined ? [] : [{ name: "size", value: size }]),
    ...(random() < 0.5 ? [{ name: "made in", value: pick(origins) }] : []),
  ];
  const createdAt = new Date(firstMadeAtMs + index * madeEveryMs);
  const stock = drawStock(random);
  return {
    _id: deriveId("prd", createdAt.getTime(), `seed ${seed} ${index}`),
    slug: `${wordsOf(name)
      .join("-")
      .replace(/[^a-z0-9-]/g, "")}-${seed}-${index}`,
    name,
    description,
    status: drawStatus(random),
    categoryId: categoryIds.get(shelf.category) ?? null,
    priceMinor: drawPriceMinor(random, shelf.prices),
    currency,
    attributes,
    images: pictures.length === 0 ? [] : [pick(pictures)],
    stock,
    available: stock,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    creation: {
      scope: idempotencyScope("seed", "createProduct", `seed ${seed} ${index}`),
      digest: `seed ${seed}`,
      stock,
    },
    ...listKeysOf({ name, attributes, description }),
    inStock: stock > 0,
    holds: [],
    adjustments: [],
    outbox: [],
  };
}

/** A small fast generator (a counter through a 32-bit mixer), good enough for goods on shelves. @returns 0 to 1 */
function createRandom(seed: number, index: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Most are cheap for their shelf, a few are dear; and prices end as prices do. */
function drawPriceMinor(random: () => number, [min, max]: readonly [number, number]): number {
  const whole = Math.round(min * (max / min) ** (random() ** 1.5));
  const endings = [0, 50, 90, 95, 99];
  return whole * 100 + (endings[Math.floor(random() * endings.length)] ?? 0);
}

/** Some are sold out, most have some tens, a few are stocked for years. */
function drawStock(random: () => number): number {
  const kind = random();
  if (kind < 0.12) return 0;
  return kind < 0.95 ? 1 + Math.floor(random() ** 2 * 80) : 100 + Math.floor(random() * 900);
}

function drawStatus(random: () => number): ProductDocument["status"] {
  const kind = random();
  if (kind < 0.03) return "DRAFT";
  return kind < 0.07 ? "ARCHIVED" : "ACTIVE";
}

function capitalised(text: string): string {
  return text.replace(/(^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase());
}
