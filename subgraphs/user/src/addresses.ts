import { requireViewer, type Viewer } from "@shop/auth";
import { createId, isId } from "@shop/ids";
import { isPlainLine } from "@shop/text";
import { type z } from "zod";
import { addressFields } from "./address-rules";
import { type AddressRow, type Database, lockUser, type Transaction } from "./database";
import { once } from "./idempotency";
import { refuse, type Refusal, toProblems } from "./problem";

export type AddressInput = z.input<typeof addressFields> & {
  readonly id?: string | null;
  readonly idempotencyKey?: string | null;
};

export type SaveAddressOutcome = { readonly ok: true; readonly addressId: string } | Refusal;
export type RemoveAddressOutcome = { readonly ok: true; readonly removed: AddressRow } | Refusal;
export type Addresses = ReturnType<typeof createAddresses>;

const maxAddresses = 20;
const maxKeyLength = 128;
const notFound = refuse("NOT_FOUND", "You have no such address.", ["id"]);
const accountGone = refuse("NOT_FOUND", "Your account is no more.");

/** Where a user's orders can go. As long as there are any, one of them is the default. */
export function createAddresses(deps: { db: Database }) {
  const { db } = deps;

  /** Adds an address, or changes the one with the id. */
  async function save(viewer: Viewer | null, input: AddressInput): Promise<SaveAddressOutcome> {
    const { userId } = requireViewer(viewer);
    const { id, idempotencyKey: key } = input;
    const parsed = addressFields.safeParse(input);
    if (!parsed.success) return { ok: false, problems: toProblems(parsed.error) };
    const fields = parsed.data;
    if (typeof id === "string") return isId(id) ? change(userId, id, fields) : notFound;
    if (typeof key !== "string" || key.length === 0 || key.length > maxKeyLength || !isPlainLine(key)) {
      const message = `A new address needs a key of 1 to ${maxKeyLength} characters, which makes a retry safe.`;
      return refuse("INVALID_INPUT", message, ["idempotencyKey"]);
    }
    return db.$transaction(async (tx) => {
      if ((await lockUser(tx, userId)) === null) return accountGone;
      return once(tx, { userId, mutation: "saveAddress", key, input: fields }, () => add(tx, userId, fields));
    });
  }

  function change(userId: string, id: string, fields: AddressFields): Promise<SaveAddressOutcome> {
    return db.$transaction(async (tx) => {
      await lockUser(tx, userId);
      const address = await tx.address.findFirst({ where: { id, userId } });
      if (address === null) return notFound;
      const isDefault = fields.isDefault ?? address.isDefault;
      if (isDefault) await clearDefault(tx, userId);
      await tx.address.update({ where: { id }, data: { ...fields, isDefault } });
      await ensureDefault(tx, userId, id);
      return { ok: true, addressId: id };
    });
  }

  return {
    save,

    /** Removes an address and tells what it was. */
    remove: async (viewer: Viewer | null, id: string): Promise<RemoveAddressOutcome> => {
      const { userId } = requireViewer(viewer);
      if (!isId(id)) return notFound;
      return db.$transaction(async (tx) => {
        await lockUser(tx, userId);
        const removed = await tx.address.findFirst({ where: { id, userId } });
        if (removed === null) return notFound;
        await tx.address.delete({ where: { id } });
        await ensureDefault(tx, userId);
        return { ok: true, removed };
      });
    },

    /** The viewer's own address; null where there is none with this id. */
    ofViewer: async (viewer: Viewer | null, id: string | null | undefined): Promise<AddressRow | null> =>
      typeof id === "string" && isId(id)
        ? db.address.findFirst({ where: { id, userId: requireViewer(viewer).userId } })
        : null,

    /** The addresses of these users, oldest first. */
    ofUsers: (userIds: readonly string[]): Promise<AddressRow[]> =>
      db.address.findMany({ where: { userId: { in: [...userIds] } }, orderBy: { id: "asc" } }),
  };
}

type AddressFields = z.output<typeof addressFields>;

async function add(tx: Transaction, userId: string, fields: AddressFields): Promise<SaveAddressOutcome> {
  if ((await tx.address.count({ where: { userId } })) >= maxAddresses) {
    return refuse("INVALID_INPUT", `You have ${maxAddresses} addresses: remove one first.`);
  }
  const addressId = createId("adr");
  const isDefault = fields.isDefault ?? false;
  if (isDefault) await clearDefault(tx, userId);
  await tx.address.create({ data: { ...fields, id: addressId, userId, isDefault } });
  await ensureDefault(tx, userId);
  return { ok: true, addressId };
}

async function clearDefault(tx: Transaction, userId: string): Promise<void> {
  await tx.address.updateMany({ where: { userId, isDefault: true }, data: { isDefault: false } });
}

/** Where there is no default, the oldest address becomes it; one that has just given it up, only if it is the last. */
async function ensureDefault(tx: Transaction, userId: string, lastChoice?: string): Promise<void> {
  const addresses = await tx.address.findMany({ where: { userId }, orderBy: { id: "asc" } });
  if (addresses.some(({ isDefault }) => isDefault)) return;
  const next = addresses.find(({ id }) => id !== lastChoice) ?? addresses[0];
  if (next !== undefined) await tx.address.update({ where: { id: next.id }, data: { isDefault: true } });
}
