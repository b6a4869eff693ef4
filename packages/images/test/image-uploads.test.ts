// How images come to be public and go again, on an object store, whatever dies at whatever step.
import { createId } from "@shop/ids";
import { testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import sharp from "sharp";
import { createImageMaker } from "../src/image-maker";
import { createImageStore, type ImageStore } from "../src/image-store";
import { createImageUploads, uploadKey } from "../src/image-uploads";
import { type UploadNote, type UploadNotes } from "../src/upload-notes";

const log = createLogger("images.test");
log.level = "silent";
const folder = "tests";
const shapes = { whole: "WHOLE", small: { withinPx: 20 } } as const;
const { s3 } = testStores();
const imageStore = createImageStore({ ...s3, publicUrl: s3.endpoint, bucket: "shop" }, log);
const hour = 3_600_000;

let photo: Buffer;
beforeAll(async () => {
  await imageStore.prepare();
  photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: "#8fa98f" } })
    .png()
    .toBuffer();
});

class KilledError extends Error {}

/** Its first steps are done, and then nothing any more, as if the process had been killed. */
function killedAfter<T extends object>(thing: T, steps: { left: number }): T {
  return new Proxy(thing, {
    get: (target, name) => {
      const step = target[name as keyof T] as unknown as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (steps.left === 0) throw new KilledError("killed");
        steps.left -= 1;
        return step(...args);
      };
    },
  });
}

/** A service with one thing that has one image, and its notes. */
function createOwner(steps = { left: Infinity }) {
  const ownerId = createId("prd");
  const notes = new Map<string, UploadNote>();
  let shown: { uploadId: string; keys: string[] } | null = null;
  const kept: UploadNotes = {
    add: (note) => Promise.resolve(notes.set(note.id, note).size > 0),
    find: (id, owner) => Promise.resolve(owner === ownerId ? (notes.get(id) ?? null) : null),
    olderThan: (time) => Promise.resolve([...notes.values()].filter(({ notedAt }) => notedAt < time)),
    remove: ({ id, notedAt }) => {
      if (notes.get(id)?.notedAt === notedAt) notes.delete(id);
      return Promise.resolve();
    },
    keysInUse: ({ id }) => Promise.resolve(shown?.uploadId === id ? shown.keys : []),
  };
  const owned = { show: (next: typeof shown) => void (shown = next) };
  const uploadsOn = (store: ImageStore, known: UploadNotes) =>
    createImageUploads({
      folder,
      imageStore: store,
      imageMaker: createImageMaker(sharp),
      notes: known,
      maxPerDay: 10,
      keepsOriginals: false,
      log,
    });
  const healthy = uploadsOn(imageStore, kept);
  const mortal = uploadsOn(killedAfter(imageStore, steps), killedAfter(kept, steps));
  const mortalOwned = killedAfter(owned, steps);

  return {
    ownerId,
    notes,
    shown: () => shown,
    healthy,
    upload: async (): Promise<string> => {
      const outcome = await healthy.request(ownerId, { contentType: "image/png", bytes: photo.length });
      if (!outcome.ok) throw new Error("no form");
      await imageStore.write(uploadKey(folder, outcome.upload.id), photo, "image/png");
      return outcome.upload.id;
    },
    attach: async (id: string): Promise<void> => {
      const published = await mortal.publish({ id, ownerId }, shapes);
      if (!published.ok) throw new Error(JSON.stringify(published));
      mortalOwned.show({ uploadId: id, keys: Object.values(published.images).map(({ key }) => key) });
      await mortal.settle(id, published, true);
    },
    takeAway: async (): Promise<void> => {
      if (shown === null) return;
      const { uploadId, keys } = shown;
      await killedAfter(kept, steps).add({ id: uploadId, ownerId, notedAt: new Date() }, Infinity);
      mortalOwned.show(null);
      await mortal.discard(keys);
    },
    /** As if the notes had been made so long ago. */
    age: (ms: number): void => {
      for (const [id, note] of notes) notes.set(id, { ...note, notedAt: new Date(note.notedAt.getTime() - ms) });
    },
    lying: async (id: string): Promise<string[]> => [
      ...(await imageStore.list(`public/${folder}/${id}/`)),
      ...(await imageStore.list(uploadKey(folder, id))),
    ],
  };
}

async function isCutShort(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof KilledError) return true;
    throw error;
  }
}

/**
 * Runs it with ever more steps before the kill, until it comes to its end.
 * @param run returns whether it was cut short
 */
async function killedAtEveryStep(run: (steps: { left: number }) => Promise<boolean>): Promise<void> {
  for (let left = 0; await run({ left }); left++);
}

it("leaves nothing behind that is not in use, wherever attaching was cut short", async () => {
  await killedAtEveryStep(async (left) => {
    const owner = createOwner(left);
    const id = await owner.upload();
    const isCut = await isCutShort(owner.attach(id));
    owner.age(24 * hour + 1);
    await owner.healthy.sweep();
    expect(await owner.lying(id)).toEqual(owner.shown()?.keys.toSorted() ?? []);
    expect(owner.notes.size).toBe(0);
    return isCut;
  });
});

it("leaves nothing behind, wherever taking away was cut short", async () => {
  await killedAtEveryStep(async (left) => {
    const owner = createOwner(left);
    const id = await owner.upload();
    const { left: before } = left;
    left.left = Infinity;
    await owner.attach(id);
    owner.age(24 * hour + 1);
    await owner.healthy.sweep();
    left.left = before;
    const isCut = await isCutShort(owner.takeAway());
    expect(await owner.lying(id)).toEqual(expect.arrayContaining(owner.shown()?.keys ?? []));
    owner.age(24 * hour + 1);
    await owner.healthy.sweep();
    expect(await owner.lying(id)).toEqual(owner.shown()?.keys.toSorted() ?? []);
    return isCut;
  });
});

it("goes on where attaching was cut short", async () => {
  await killedAtEveryStep(async (left) => {
    const owner = createOwner(left);
    const id = await owner.upload();
    const isCut = await isCutShort(owner.attach(id));
    left.left = Infinity;
    if (owner.shown() === null) await owner.attach(id);
    const keys = owner.shown()?.keys ?? [];
    expect(await owner.lying(id)).toEqual(expect.arrayContaining(keys));
    return isCut;
  });
});

it("sweeps what was never attached, and only after a day", async () => {
  const owner = createOwner();
  const id = await owner.upload();
  owner.age(23.9 * hour);
  await owner.healthy.sweep();
  expect(await owner.lying(id)).toHaveLength(1);
  // By then it cannot be attached any more, so that nothing is published while it is swept.
  const late = await owner.healthy.publish({ id, ownerId: owner.ownerId }, shapes);
  expect(late).toMatchObject({ ok: false, problems: [{ code: "NOT_FOUND" }] });
  owner.age(0.2 * hour);
  await owner.healthy.sweep();
  expect(await owner.lying(id)).toEqual([]);
});

it("sweeps what a form brought in once more after its image was attached", async () => {
  const owner = createOwner();
  const id = await owner.upload();
  await owner.attach(id);
  await imageStore.write(uploadKey(folder, id), photo, "image/png");
  owner.age(24 * hour + 1);
  await owner.healthy.sweep();
  expect(await owner.lying(id)).toEqual(owner.shown()?.keys.toSorted());
});

it("gives every try names of its own, made of what is behind them, so that tries cannot undo each other", async () => {
  const owner = createOwner();
  const id = await owner.upload();
  const upload = { id, ownerId: owner.ownerId };
  const [first, second] = await Promise.all([1, 2].map(() => owner.healthy.publish(upload, shapes)));
  if (!first?.ok || !second?.ok) throw new Error("not published");
  expect(first.images.whole.key).not.toBe(second.images.whole.key);
  const hashOf = (key: string) => key.split("/").at(-1);
  expect(hashOf(first.images.whole.key)).toBe(hashOf(second.images.whole.key));
  await owner.healthy.settle(id, second, false);
  expect(await owner.lying(id)).toEqual(expect.arrayContaining(Object.values(first.images).map(({ key }) => key)));
  expect(await imageStore.list(`public/${folder}/${id}/${second.imageId}/`)).toEqual([]);
});

it("takes no pictures where sharp is missing, unless their originals may be shown", async () => {
  const owner = createOwner();
  const id = await owner.upload();
  const without = (keepsOriginals: boolean) =>
    createImageUploads({
      folder,
      imageStore,
      imageMaker: createImageMaker(null),
      notes: {
        add: () => Promise.resolve(true),
        find: () => Promise.resolve(owner.notes.get(id) ?? null),
        olderThan: () => Promise.resolve([]),
        remove: () => Promise.resolve(),
        keysInUse: () => Promise.resolve([]),
      },
      maxPerDay: 10,
      keepsOriginals,
      log,
    });
  const input = { contentType: "image/png", bytes: 10 };
  const unavailable = { ok: false, reason: "UNAVAILABLE" };
  expect(await without(false).request(owner.ownerId, input)).toEqual(unavailable);
  expect(await without(false).publish({ id, ownerId: owner.ownerId }, shapes)).toEqual(unavailable);
  expect(await without(true).request(owner.ownerId, input)).toMatchObject({ ok: true });
  const published = await without(true).publish({ id, ownerId: owner.ownerId }, shapes);
  if (!published.ok) throw new Error("not published");
  const { whole, small } = published.images;
  expect(small).toEqual(whole);
  expect(await imageStore.read(whole.key, 1_000_000)).toEqual(photo);
});
