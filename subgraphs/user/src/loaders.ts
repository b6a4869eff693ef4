import DataLoader from "dataloader";
import { type AddressRow, type SessionRow, type UserRow } from "./database";
import { type UseCases } from "./use-cases";

export interface Loaders {
  readonly userById: DataLoader<string, UserRow | null>;
  readonly addressesByUserId: DataLoader<string, AddressRow[]>;
  readonly sessionsByUserId: DataLoader<string, SessionRow[]>;
  /** Forgets everything: after a mutation it may have changed. */
  clear(): void;
}

/** One set a request: what is asked for together is read together, each kind by one query. */
export function createLoaders({ profiles, addresses, sessions }: UseCases): Loaders {
  const loaders = {
    userById: new DataLoader(async (ids: readonly string[]) => {
      const byId = new Map((await profiles.byIds(ids)).map((user) => [user.id, user]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    addressesByUserId: new DataLoader(async (ids: readonly string[]) => groupByUser(ids, await addresses.ofUsers(ids))),
    sessionsByUserId: new DataLoader(async (ids: readonly string[]) => groupByUser(ids, await sessions.ofUsers(ids))),
  };
  return {
    ...loaders,
    clear: () => {
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
}

function groupByUser<Row extends { userId: string }>(userIds: readonly string[], rows: readonly Row[]): Row[][] {
  const byUser = new Map<string, Row[]>(userIds.map((id) => [id, []]));
  for (const row of rows) byUser.get(row.userId)?.push(row);
  return userIds.map((id) => byUser.get(id) ?? []);
}
