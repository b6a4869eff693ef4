import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { createImageMaker } from "../src/image-maker";

const maker = createImageMaker(sharp);
const shapes = { whole: "WHOLE", small: { withinPx: 20 }, square: { squarePx: 16 } } as const;

const blank = (width: number, height: number, background = "#8fa98f"): Sharp =>
  sharp({ create: { width, height, channels: 3, background } });

async function made(uploaded: Buffer) {
  const outcome = await maker.make(uploaded, shapes);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.images;
}

const reasonOf = async (uploaded: Buffer) => {
  const outcome = await maker.make(uploaded, shapes);
  return outcome.ok ? "TAKEN" : outcome.reason;
};

/** A part of a PNG: its length, name, data and checksum. */
function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data]);
  const bytes = Buffer.alloc(8 + named.length);
  bytes.writeUInt32BE(data.length);
  named.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(named), 4 + named.length);
  return bytes;
}

const png = (...chunks: [string, Buffer][]): Buffer =>
  Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks.map(([name, data]) => chunk(name, data))]);

/** The colour of a pixel, without its alpha. */
async function colourAt(image: Buffer, left: number, top: number): Promise<number[]> {
  const pixel = sharp(image).extract({ left, top, width: 1, height: 1 });
  return [...(await pixel.toColourspace("srgb").removeAlpha().raw().toBuffer())];
}

function expectColour(seen: readonly number[], wanted: readonly number[]): void {
  expect(seen).toHaveLength(3);
  for (const [index, value] of wanted.entries()) expect(Math.abs((seen[index] ?? NaN) - value)).toBeLessThan(6);
}

it.each([
  ["png", "image/png"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
] as const)("makes images of a %s", async (format, contentType) => {
  const { whole, small, square } = await made(await blank(30, 60).toFormat(format).toBuffer());
  expect(whole).toMatchObject({ contentType, width: 30, height: 60 });
  expect(small).toMatchObject({ contentType: "image/webp", extension: "webp", width: 10, height: 20 });
  expect(square).toMatchObject({ contentType: "image/webp", width: 16, height: 16 });
  for (const { bytes, width, height } of [whole, small, square]) {
    expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
    expectColour(await colourAt(bytes, 5, 5), [0x8f, 0xa9, 0x8f]);
  }
});

it("enlarges nothing", async () => {
  const { small, square } = await made(await blank(9, 6).png().toBuffer());
  expect([small.width, small.height]).toEqual([9, 6]);
  expect(square.width).toBeLessThanOrEqual(9);
});

it("turns a photo upright, and forgets where it was taken", async () => {
  const left = blank(20, 40, "#ff0000").png().toBuffer();
  const photo = await blank(40, 40, "#0000ff")
    .composite([{ input: await left, left: 0, top: 0 }])
    .withExif({
      IFD0: { Copyright: "secret name" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 12/1" },
    })
    .withMetadata({ orientation: 6 }) // a quarter turn clockwise makes it upright: what was left is above
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
  expect((await sharp(photo).metadata()).exif?.includes("secret name")).toBe(true);
  const { whole } = await made(photo);
  const { exif, icc, xmp, iptc, orientation } = await sharp(whole.bytes).metadata();
  expect([exif, icc, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expectColour(await colourAt(whole.bytes, 20, 5), [255, 0, 0]);
  expectColour(await colourAt(whole.bytes, 20, 35), [0, 0, 255]);
});

it("keeps the colours of other colour spaces, as far as screens show them", async () => {
  const colour = [143, 169, 143] as const;
  for (const space of ["p3", "cmyk"] as const) {
    const image = blank(30, 30, `rgb(${colour.join(",")})`);
    const other = space === "p3" ? image.withIccProfile("p3") : image.toColourspace("cmyk").withIccProfile("cmyk");
    const { whole } = await made(await other.jpeg({ quality: 100 }).toBuffer());
    expectColour(await colourAt(whole.bytes, 15, 15), colour);
  }
});

it("keeps what is transparent, and the first frame of what moves", async () => {
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const { whole, small } = await made(
    await sharp({ create: { width: 30, height: 30, channels: 4, background: clear } })
      .png()
      .toBuffer(),
  );
  for (const { bytes } of [whole, small]) expect((await sharp(bytes).stats()).isOpaque).toBe(false);

  const frames = [await blank(12, 12, "#ff0000").png().toBuffer(), await blank(12, 12, "#0000ff").png().toBuffer()];
  const moving = await sharp(frames, { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer();
  const first = (await made(moving)).whole;
  expect((await sharp(first.bytes).metadata()).pages ?? 1).toBe(1);
  expect([first.width, first.height]).toEqual([12, 12]);
  expectColour(await colourAt(first.bytes, 6, 6), [255, 0, 0]);
});

it("drops what is hidden in a picture, and behind it", async () => {
  const picture = await blank(8, 8).png().toBuffer();
  const script = Buffer.from("Comment\0<script>alert(1)</script>");
  const afterHeader = 8 + 25; // the signature, and the header with its length, name and checksum
  const within = Buffer.concat([
    picture.subarray(0, afterHeader),
    chunk("tEXt", script),
    picture.subarray(afterHeader),
  ]);
  const behind = Buffer.concat([picture, Buffer.from("<script>alert(1)</script>PK\x03\x04")]);
  for (const polyglot of [within, behind]) {
    const { whole } = await made(polyglot);
    expect(whole.bytes.includes("script")).toBe(false);
  }
});

describe("takes nothing but whole pictures of four kinds", () => {
  const text = (content: string): Promise<Buffer> => Promise.resolve(Buffer.from(content, "latin1"));
  it.each<[string, () => Promise<Buffer>]>([
    ["nothing", () => text("")],
    ["HTML", () => text("<html><script>alert(1)</script></html>")],
    ["an SVG", () => text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ["a GIF", () => blank(8, 8).gif().toBuffer()],
    ["a TIFF", () => blank(8, 8).tiff().toBuffer()],
    ["HTML behind a PNG's first bytes", () => text("\x89PNG\r\n\x1a\n<html>")],
    ["an SVG behind a JPEG's first bytes", () => text('\xff\xd8\xff<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["another RIFF", () => text("RIFF\x24\x00\x00\x00WAVEfmt ")],
    ["an empty AVIF", () => text("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1")],
  ])("not %s", async (_what, make) => {
    expect(await reasonOf(await make())).toBe("UNSUPPORTED");
  });

  it.each(["png", "jpeg", "webp", "avif"] as const)("not the first half of a %s", async (format) => {
    const noise = sharp({
      create: { width: 200, height: 200, channels: 3, background: "#888", noise: { type: "gaussian", sigma: 40 } },
    });
    const whole = await noise.toFormat(format).toBuffer();
    expect(await reasonOf(whole)).toBe("TAKEN");
    expect(await reasonOf(whole.subarray(0, whole.length >> 1))).toBe("UNSUPPORTED");
  });

  it.each([
    [5_001, 5_000],
    [16_000, 1_600],
  ])("not %i × %i pixels in a small file", async (width, height) => {
    const bomb = await blank(width, height).png().toBuffer();
    expect(bomb.length).toBeLessThan(500_000);
    expect(await reasonOf(bomb)).toBe("TOO_LARGE");
  });

  it("not 60,000 × 60,000 pixels in less than a kilobyte", async () => {
    const header = Buffer.from([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 6, 0, 0, 0]);
    const bomb = png(["IHDR", header], ["IDAT", deflateSync(Buffer.alloc(60_000))], ["IEND", Buffer.alloc(0)]);
    expect(bomb.length).toBeLessThan(1_000);
    expect(await reasonOf(bomb)).toBe("TOO_LARGE");
  });

  it("not a header that promises more than any memory holds", async () => {
    const bomb = await blank(8, 8).png({ palette: false }).toBuffer();
    bomb.writeUInt32BE(0x7fff_ffff, 16); // width, and its checksum is not asked for where the limit comes first
    bomb.writeUInt32BE(0x7fff_ffff, 20);
    expect(["UNSUPPORTED", "TOO_LARGE"]).toContain(await reasonOf(bomb));
  });
});

it("makes many at once wait for their turn, and sends home what would wait too long", async () => {
  const png = await blank(300, 300).png().toBuffer();
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => reasonOf(png)));
  expect(outcomes.filter((outcome) => outcome === "TAKEN").length).toBeGreaterThanOrEqual(20);
  expect(new Set(outcomes)).toEqual(new Set(["TAKEN", "BUSY"]));
  expect(await reasonOf(png)).toBe("TAKEN");
});

describe("without sharp", () => {
  const keeper = createImageMaker(null);

  it("keeps pictures as they are, and says so", async () => {
    const png = await blank(8, 8).png().toBuffer();
    expect(keeper.reencodes).toBe(false);
    const original = { bytes: png, contentType: "image/png", extension: "png", width: null, height: null };
    expect(await keeper.make(png, shapes)).toEqual({
      ok: true,
      images: { whole: original, small: original, square: original },
    });
  });

  it("still decides from the first bytes", async () => {
    expect(await keeper.make(Buffer.from("<svg/>"), shapes)).toEqual({ ok: false, reason: "UNSUPPORTED" });
  });
});
