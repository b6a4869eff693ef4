import { type StreamFormat } from "./stream-format";

// Each part is closed by the boundary at once: clients take a part for read when they see what follows it.
const part = (body: string): string => `\r\ncontent-type: application/json\r\n\r\n${body}\r\n--graphql`;
const end = "--\r\n";

/**
 * Subscriptions over HTTP as Apollo Client, Apollo Kotlin and Apollo iOS speak them: `multipart/mixed` of
 * `{"payload": result}`, `{}` as a heartbeat, and `{"payload": null, "errors": […]}` for what ends the subscription.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const multipart: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  // From the start of an entry: tried from anywhere, a long header costs the square of its length.
  accepts: (accept) => /(?:^|,)\s*multipart\/mixed[^,]*;\s*subscriptionSpec="?1\.0\b/i.test(accept),
  // These clients read an ordinary answer as well, and accept one.
  isForEverything: false,
  opening: "\r\n--graphql",
  heartbeat: part("{}"),
  heartbeatMs: 5_000,
  next: (result) => part(`{"payload":${result}}`),
  failed: (errors) => part(JSON.stringify({ payload: null, errors })) + end,
  completed: end,
  stopped: (errors) => part(JSON.stringify({ payload: null, errors })) + end,
};
