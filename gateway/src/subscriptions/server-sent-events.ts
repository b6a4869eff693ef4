import { type GraphQLFormattedError } from "graphql";
import { type StreamFormat } from "./stream-format";

const next = (result: string): string => `event: next\ndata: ${result}\n\n`;
const complete = "event: complete\ndata:\n\n";
const failed = (errors: readonly GraphQLFormattedError[]): string => next(JSON.stringify({ errors })) + complete;

/**
 * graphql-sse, distinct connections. What is wrong with an operation is told in the stream too, since browsers do not show
 * the body of a refused one.
 */
export const serverSentEvents: StreamFormat = {
  contentType: "text/event-stream; charset=utf-8",
  accepts: (accept) => /(^|[,\s])text\/event-stream\b/i.test(accept),
  isForEverything: true,
  opening: ":\n\n",
  heartbeat: ":\n\n",
  heartbeatMs: 12_000,
  next,
  failed,
  completed: complete,
  // No `complete`, so that clients come back: to another instance.
  stopped: () => "",
};
