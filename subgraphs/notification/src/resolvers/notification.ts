import { encodeCursor } from "@shop/connections";
import { type NotificationResolvers } from "../generated/graphql";
import { toInboxCursor } from "../notification";

export const notification: NotificationResolvers = {
  cursor: ({ place }) => encodeCursor(toInboxCursor(place)),
};
