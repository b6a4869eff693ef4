import { type OrderSnapshot } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type TestShop } from "./harness";

export interface Inbox {
  edges: { cursor: string; node: Listed }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  resumeCursor: string;
  unreadCount: number;
}

export interface Listed {
  id: string;
  cursor: string;
  kind: string;
  title: string;
  body: string;
  subject: { __typename: string; id: string } | null;
  readAt: string | null;
}

export const listQuery = `query Inbox($first: Int, $after: String, $unreadOnly: Boolean) {
  notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
    edges { cursor node { id cursor kind title body createdAt readAt
      subject { __typename ... on Order { id } ... on Comment { id } ... on Product { id } } } }
    pageInfo { hasNextPage endCursor }
    resumeCursor unreadCount
  }
}`;

export interface InboxReader {
  readonly inboxOf: (user: string, variables?: object) => Promise<Inbox>;
  /** All pages of it: announcements of other tests may fill the first. */
  readonly wholeInboxOf: (user: string) => Promise<Listed[]>;
  /** The inbox, announcements aside, once it has so many notifications. */
  readonly notificationsOf: (user: string, count: number) => Promise<Listed[]>;
  readonly unreadOf: (user: string) => Promise<number>;
}

/** @param shop the one that runs at the time of a call */
export function createInboxReader(shop: () => TestShop): InboxReader {
  const inboxOf: InboxReader["inboxOf"] = async (user, variables = {}) => {
    const answer = await shop().ask(listQuery, { as: user, variables });
    expect(answer.errors).toBeUndefined();
    return answer.data?.["notifications"] as Inbox;
  };
  const wholeInboxOf: InboxReader["wholeInboxOf"] = async (user) => {
    const all: Listed[] = [];
    for (let after: string | null = null, isMore = true; isMore;) {
      const page: Inbox = await inboxOf(user, { first: 100, after });
      all.push(...page.edges.map(({ node }) => node));
      ({ hasNextPage: isMore, endCursor: after } = page.pageInfo);
    }
    return all;
  };
  return {
    inboxOf,
    wholeInboxOf,
    notificationsOf: async (user, count) => {
      const own = async () => (await wholeInboxOf(user)).filter(({ kind }) => kind !== "SYSTEM_ANNOUNCEMENT");
      return eventually(own, (nodes) => nodes.length >= count);
    },
    unreadOf: async (user) => {
      const query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { unreadNotifications } } }";
      const answer = await shop().ask(query, { as: user, variables: { r: [{ __typename: "User", id: user }] } });
      return (answer.data?.["_entities"] as { unreadNotifications: number }[])[0]?.unreadNotifications ?? -1;
    },
  };
}

export const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

export function order(userId: string, orderId = createId("ord")): OrderSnapshot {
  const lines = [{ productId: createId("prd"), name: "Kettle", quantity: 2 }];
  return { orderId, number: "K7-2041", userId, status: "PAID", total: eur(1_250), lines };
}
