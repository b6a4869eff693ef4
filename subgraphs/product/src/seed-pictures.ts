import { createHash } from "node:crypto";
import { createImageMaker, type ImageStore, loadSharp, type SharpModule } from "@shop/images";
import { deriveId } from "@shop/ids";
import { type Logger } from "@shop/telemetry";
import { shapes } from "./images";
import { type StoredImage } from "./product-model";
import { seedColors, type SeedProduct } from "./seed-catalogue";

const size = 640;

/**
 * A picture for a product of the seed: 640 × 640, in its colour, of shapes that follow from its name, so that each looks
 * like itself on every machine.
 */
export function drawPicture(sharp: SharpModule, { name, color }: Pick<SeedProduct, "name" | "color">): Promise<Buffer> {
  const digits = createHash("sha256").update(name).digest();
  const between = (index: number, min: number, max: number): number =>
    Math.round(min + ((digits[index] ?? 0) / 255) * (max - min));
  const base = seedColors[color];
  const [centre, top, width, height] = [
    between(0, 270, 370),
    between(1, 170, 230),
    between(2, 190, 300),
    between(3, 210, 300),
  ];
  const roundness = between(4, 10, 95);
  const sun = { x: between(5, 120, 520), y: between(6, 90, 170), radius: between(7, 40, 80) };
  const left = centre - width / 2;
  const handle = digits[8] !== undefined && digits[8] > 127 ? left + width : left;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
    <rect width="${size}" height="${size}" fill="#f6f1e7"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${sun.radius}" fill="${base}" opacity="0.25"/>
    <rect y="${top + height - 12}" width="${size}" height="${size}" fill="#e7ddcb"/>
    <ellipse cx="${centre}" cy="${top + height}" rx="${width * 0.62}" ry="22" fill="#2d3550" opacity="0.18"/>
    <circle cx="${handle}" cy="${top + height / 2}" r="${between(9, 45, 75)}" fill="none" stroke="${base}" stroke-width="22"/>
    <rect x="${left}" y="${top}" width="${width}" height="${height}" rx="${roundness}" fill="${base}"/>
    <rect x="${left + width * 0.12}" y="${top + 24}" width="${width * 0.1}" height="${height * 0.6}" rx="12" fill="#ffffff" opacity="0.35"/>
    <rect x="${left}" y="${top + height * 0.68}" width="${width}" height="${between(10, 14, 40)}" fill="#2d3550" opacity="0.14"/>
  </svg>`;
  return sharp(Buffer.from(svg)).png({ compressionLevel: 6 }).toBuffer();
}

const shapesOfEach = 3;

/**
 * A few pictures for any number of products, the same objects in the bucket however often they are made. They are no
 * upload's own, so that they stay when one is taken away from a product.
 * @returns none on a platform without sharp
 */
export async function makeSharedPictures(imageStore: ImageStore, log: Logger): Promise<StoredImage[]> {
  const sharp = loadSharp(log);
  if (sharp === null) return [];
  await imageStore.prepare();
  const imageMaker = createImageMaker(sharp);
  const pictures: StoredImage[] = [];
  for (const color of Object.keys(seedColors) as (keyof typeof seedColors)[]) {
    for (let number = 0; number < shapesOfEach; number++) {
      const name = `${color} ${number}`;
      const made = await imageMaker.make(await drawPicture(sharp, { name, color }), shapes);
      if (!made.ok) throw new Error(`no picture can be made of ${name}: ${made.reason}`);
      const { full, medium, small } = made.images;
      const write = async ({ bytes, extension, contentType }: typeof full): Promise<string> => {
        const key = `public/products/seed/${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}.${extension}`;
        await imageStore.write(key, bytes, contentType);
        return key;
      };
      pictures.push({
        id: deriveId("img", 0, `seed ${name}`),
        uploadId: deriveId("upl", 0, `seed ${name}`),
        key: await write(full),
        mediumKey: await write(medium),
        smallKey: await write(small),
        alt: `A thing in ${color}`,
        width: full.width,
        height: full.height,
        contentType: full.contentType,
        bytes: full.bytes.length,
      });
    }
  }
  return pictures;
}
