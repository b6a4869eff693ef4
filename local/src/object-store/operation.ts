import { type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import { S3Error } from "./errors";
import { type S3Request } from "./request";
import { type Caller } from "./signature";
import { type Credentials } from "./signing-key";
import { type Bucket } from "./storage/buckets";
import { type Store } from "./storage/store";

/** What an operation is given: the request, its body, who asks, and the store. */
export interface OperationContext {
  readonly request: S3Request;
  readonly message: IncomingMessage;
  readonly caller: Caller;
  readonly owner: Credentials;
  readonly store: Store;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A document of XML or JSON, or an object's bytes (whose length is in the headers). */
  readonly body?: string | Readable;
}

export type Operation = (context: OperationContext) => Answer | Promise<Answer>;

export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body };
}

/** @throws S3Error NoSuchBucket */
export function requireBucket({ store, request }: OperationContext, name = request.bucket): Bucket {
  const bucket = store.buckets.get(name);
  if (bucket === undefined) throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
  return bucket;
}
