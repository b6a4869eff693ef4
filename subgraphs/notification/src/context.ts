import { type Viewer } from "@shop/auth";
import { type Announcements } from "./announcements";
import { type Inbox } from "./inbox";
import { type LiveUpdates } from "./live-updates";
import { createLoaders, type Loaders } from "./loaders";
import { type Readers } from "./readers";
import { type Watches } from "./watches";

export interface UseCases {
  readonly inbox: Inbox;
  readonly readers: Readers;
  readonly watches: Watches;
  readonly announcements: Announcements;
  readonly liveUpdates: LiveUpdates;
}

/** What a resolver works with: of a request, or of a subscription on a socket. */
export interface Context extends UseCases {
  readonly viewer: Viewer | null;
  /** The viewer's Authorization header, to be passed on to a neighbour; on a socket only. */
  readonly authorization: string | null;
  readonly loaders: Loaders;
}

export function createContext(
  useCases: UseCases,
  { viewer, authorization }: { viewer: Viewer | null; authorization: string | null },
): Context {
  return { ...useCases, viewer, authorization, loaders: createLoaders({ viewer, watches: useCases.watches }) };
}
