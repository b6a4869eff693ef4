import { isAscii } from "node:buffer";
import { type Dispatcher } from "undici";
import { type AbortNotice } from "../abort-notice";

export interface HttpPost {
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortNotice | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const toleratedLatenessMs = 20;

/**
 * POSTs and reads the whole answer. By undici's own dispatch rather than its `request`: no streams between, which for many
 * small answers is a third of the cost.
 * @throws undici's error; AbortError where the time is up or the signal aborts
 */
export function post(dispatcher: Dispatcher, request: HttpPost): Promise<HttpAnswer> {
  const { path, headers, body, timeoutMs, signal } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let givenUp: Error | undefined;
    let status = 0;
    const chunks: Buffer[] = [];

    const abort = (): void => {
      settle();
      givenUp = new DOMException("The request was given up.", "AbortError");
      controller?.abort(givenUp);
      reject(givenUp);
    };
    // A process that was busy itself hears late of an answer that came in time: it then waits that much longer.
    let dueAtMs = performance.now() + timeoutMs;
    const onTimer = (): void => {
      const lateMs = performance.now() - dueAtMs;
      if (lateMs < toleratedLatenessMs) {
        abort();
      } else {
        dueAtMs += 2 * lateMs;
        timer = setTimeout(onTimer, lateMs);
      }
    };
    let timer = setTimeout(onTimer, timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) {
      abort();
      return;
    }

    dispatcher.dispatch(
      { path, method: "POST", headers, body },
      {
        onRequestStart: (started) => {
          controller = started;
          if (givenUp !== undefined) started.abort(givenUp); // while it waited for a connection
        },
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          settle();
          resolve({ status, text: toText(chunks) });
        },
        onResponseError: (_controller, error) => {
          settle();
          reject(error);
        },
      },
    );
  });
}

function toText(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  // Most answers are, and then need no decoding.
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}
