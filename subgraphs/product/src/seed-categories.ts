import { type Viewer } from "@shop/auth";
import { type Categories } from "./categories";
import { type SeedCategory } from "./seed-catalogue";

/** Who makes the seed: no account, so nobody's key is ever one of these. */
export const seeder: Viewer = {
  userId: "seed",
  role: "STAFF",
  sessionId: "seed",
  issuedAt: new Date(0),
  expiresAt: new Date(8.64e15),
  isRoleCurrent: () => true,
};

/** Makes those that are missing. @param wanted parents first @returns their ids by name */
export async function makeCategories(
  { categories }: { categories: Categories },
  wanted: readonly SeedCategory[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { name, parent } of wanted) {
    const parentId = parent === undefined ? null : ids.get(parent);
    const input = { idempotencyKey: `category ${name}`, name, parentId };
    const { category } = requireOk(await categories.create(seeder, input));
    ids.set(name, category._id);
  }
  return ids;
}

export function requireOk<Outcome extends { ok: boolean }>(outcome: Outcome): Extract<Outcome, { ok: true }> {
  if (!outcome.ok) throw new Error(`the seed does not fit the catalogue's own rules: ${JSON.stringify(outcome)}`);
  return outcome as Extract<Outcome, { ok: true }>;
}
