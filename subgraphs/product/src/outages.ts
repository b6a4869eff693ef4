import { TooManyWaitingError } from "@shop/lifecycle";
import { mongo } from "mongoose";
import { LeaseLostError } from "./lease";

// The server's codes for what it could not do now and may do later.
const outageCodes: ReadonlySet<unknown> = new Set([
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/**
 * Whether something failed because MongoDB did not answer, or not in time, or because others have what it needs, be it a
 * process that was killed, rather than because of what was asked: a client can wait for that, as it cannot for a bug of ours.
 */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof LeaseLostError ||
    error instanceof TooManyWaitingError ||
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoOperationTimeoutError ||
    error instanceof mongo.MongoNotConnectedError ||
    // What stopped a bulk of writes comes wrapped in this; what the server answered has a code.
    (error instanceof mongo.MongoBulkWriteError && error.code === undefined) ||
    (error instanceof mongo.MongoServerError &&
      (outageCodes.has(error.code) || error.hasErrorLabel("RetryableWriteError")))
  );
}
