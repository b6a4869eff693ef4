import { type Reader } from "../protocol/reader";
import { type WireType } from "../protocol/wire-types";
import { Writer } from "../protocol/writer";

/** Whom a request came from. */
export interface Caller {
  readonly clientId: string;
  readonly host: string;
  /** Aborted when the connection closes: whatever waits on the caller's behalf ends. */
  readonly closed: AbortSignal;
}

/** One kind of request, in the versions that share one layout on the wire. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  /**
   * @param body stands after the request's header
   * @returns the answer after its header, or undefined where the protocol has none
   * @throws MalformedRequest if the body is not what the protocol says
   */
  answer(body: Reader, caller: Caller): Promise<Buffer | undefined>;
}

/** Declares a kind of request: its layout, its answer's, and what is done. */
export function defineApi<Request, Response>(api: {
  key: number;
  name: string;
  versions: readonly [min: number, max: number];
  request: WireType<Request>;
  response: WireType<Response>;
  handle: (request: Request, caller: Caller) => Response | undefined | Promise<Response | undefined>;
}): Api {
  const { key, name, versions } = api;
  return {
    key,
    name,
    versions,
    async answer(body, caller) {
      const response = await api.handle(api.request.read(body), caller);
      if (response === undefined) return undefined;
      const writer = new Writer();
      api.response.write(writer, response);
      return writer.finish();
    },
  };
}

/** The broker never asks a client to slow down; the field is in almost every answer. */
export const noThrottleMs = 0;
