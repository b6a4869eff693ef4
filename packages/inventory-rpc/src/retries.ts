import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { setTimeout as sleep } from "node:timers/promises";

// Under a second in all: enough for a lost connection, or an instance that takes over from one that ended. What takes
// longer is the caller's to wait for.
const delaysMs = [25, 50, 100, 200, 400];

/**
 * Asks again where the server cannot be reached, or says that it cannot answer now: with growing delays, within one
 * deadline for all tries, and only for methods that the proto declares to be safe to repeat.
 * @param deadlineMs of a call that brings none of its own
 * @returns a transport whose calls fail with Unavailable for whatever was wrong with the connection
 */
export function withRetries(transport: Transport, deadlineMs: number): Transport {
  return {
    stream: (...call) => transport.stream(...call),
    unary: async (method, signal, timeoutMs = deadlineMs, ...rest) => {
      const endsAtMs = Date.now() + timeoutMs;
      const delays = method.idempotency === Idempotency.IDEMPOTENCY_UNKNOWN ? [] : [...delaysMs];
      for (;;) {
        try {
          return await transport.unary(method, signal, Math.max(endsAtMs - Date.now(), 1), ...rest);
        } catch (error) {
          const failure = isConnectionFailure(error) && signal?.aborted !== true ? unreachable(error) : error;
          const delayMs = delays.shift();
          const isWorthIt = failure instanceof ConnectError && failure.code === Code.Unavailable;
          if (!isWorthIt || delayMs === undefined || Date.now() + delayMs >= endsAtMs) throw failure;
          await sleep(delayMs * (0.5 + Math.random() / 2)); // not all at once
        }
      }
    },
  };
}

/** Whether the call failed on its way, rather than by what the server answered or what was to be sent. */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof ConnectError) || error.metadata.has("grpc-status")) return false;
  const isOfNode = typeof error.cause === "object" && error.cause !== null && "code" in error.cause;
  return isOfNode || [Code.Unavailable, Code.Aborted, Code.Canceled].includes(error.code);
}

function unreachable(cause: unknown): ConnectError {
  return new ConnectError("the inventory cannot be reached", Code.Unavailable, undefined, undefined, cause);
}
