import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Mail, mail, type Mailer } from "./mail";

const keptMail = mail.extend({ at: z.iso.datetime() });

/** A mail that would have been sent. */
export type KeptMail = z.infer<typeof keptMail>;

const maxKept = 100;
const extension = ".json";

/**
 * Mail in a folder, for development: every process that sends any writes a file there, and whoever shows it reads them.
 * The last hundred are kept.
 */
export function createMailbox(folder: string): Mailer & { list(): Promise<KeptMail[]> } {
  /** The newest first: names begin with the time. */
  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch(orNone);
    return all
      .filter((name) => name.endsWith(extension))
      .sort()
      .reverse();
  }

  return {
    send: async (sent: Mail) => {
      const at = new Date().toISOString();
      const name = `${at.replaceAll(":", "-")}-${randomUUID()}`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // A reader, or whoever starts after a kill, sees all of it or nothing.
      const unfinished = join(folder, `${name}.part`);
      await writeFile(unfinished, JSON.stringify({ ...sent, at } satisfies KeptMail), { mode: 0o600 });
      await rename(unfinished, join(folder, `${name}${extension}`));
      const old = (await names()).slice(maxKept);
      await Promise.all(old.map((each) => rm(join(folder, each), { force: true })));
      return { ok: true };
    },

    list: async () => {
      const read = (await names()).slice(0, maxKept).map(async (name) => {
        const text = await readFile(join(folder, name), "utf8").catch(() => ""); // removed meanwhile
        return parseKept(text);
      });
      return (await Promise.all(read)).flat();
    },
  };
}

/** Nothing was sent yet. */
function orNone(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
  throw error;
}

function parseKept(text: string): KeptMail[] {
  try {
    return [keptMail.parse(JSON.parse(text))];
  } catch {
    return []; // not of ours
  }
}
