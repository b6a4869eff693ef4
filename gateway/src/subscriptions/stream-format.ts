import { type StreamFraming } from "@shop/event-streams";
import { type GraphQLFormattedError } from "graphql";

/** How results are written into an HTTP response that stays open. */
export interface StreamFormat extends StreamFraming {
  /** Whether a request with this `accept` header asks for it. */
  readonly accepts: (accept: string) => boolean;
  /** Whether an operation that is refused, or has one result, is answered by a stream too rather than by plain JSON. */
  readonly isForEverything: boolean;
  /** @param result the JSON text of one */
  readonly next: (result: string) => string;
  /** The last of a stream that ends on errors. */
  readonly failed: (errors: readonly GraphQLFormattedError[]) => string;
  /** The last of a stream that is complete. */
  readonly completed: string;
  /** The last of one that this process ends because it stops itself. @param errors what says so, where the format can */
  readonly stopped: (errors: readonly GraphQLFormattedError[]) => string;
}
