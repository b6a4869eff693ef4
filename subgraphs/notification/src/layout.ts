import { type Retention } from "./config";
import { type Feed } from "./feeds";

/** Which feeds there are, and how much of each is kept. */
export interface Layout {
  inboxOf(userId: string): Feed;
  /** One for everyone, merged into each inbox when it is read: an announcement is not written a million times. */
  readonly announcements: Feed;
  /** What was added to a product's comments. */
  commentsOf(productId: string): Feed;
  /** That an order or a product changed; not how, which its owner knows. */
  changesOf(subject: "order" | "product", id: string): Feed;
}

const changesMaxLength = 100;

export function createLayout(retention: Retention): Layout {
  // What has no cursor for clients, or a short one, is kept as long as the events that it comes from are known.
  const transient = { maxAgeMs: retention.knownEventMs, expires: true };
  const lasting = { maxAgeMs: retention.inboxMaxAgeMs, expires: false };
  return {
    inboxOf: (userId) => ({ name: `inbox/${userId}`, maxLength: retention.inboxMaxLength, ...lasting }),
    announcements: { name: "announcements", maxLength: retention.announcementsMaxLength, ...lasting },
    commentsOf: (productId) => ({
      name: `comments/${productId}`,
      maxLength: retention.commentEventsMaxLength,
      ...transient,
    }),
    changesOf: (subject, id) => ({ name: `${subject}/${id}`, maxLength: changesMaxLength, ...transient }),
  };
}
