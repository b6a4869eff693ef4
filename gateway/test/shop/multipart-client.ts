export interface MultipartStream {
  readonly response: Response;
  /** The JSON of the next part; undefined after the closing boundary or where the response ends. */
  receive(): Promise<unknown>;
  /** Whether the closing boundary was seen. */
  readonly isClosed: () => boolean;
  leave(): void;
}

const delimiter = "\r\n--graphql";

/** Reads as Apollo Client does: a part is complete when the boundary behind it is there. */
export async function openMultipart(
  url: string,
  body: object,
  { headers = {}, accept = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json' } = {},
): Promise<MultipartStream> {
  const controller = new AbortController();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept, ...headers },
    body: JSON.stringify(body),
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let isClosed = false;
  const receive = async (): Promise<unknown> => {
    if (isClosed) return undefined;
    const end = buffer.indexOf(delimiter);
    if (end === -1) {
      const read = await reader?.read();
      if (read?.value === undefined) {
        isClosed = buffer === "--\r\n";
        return undefined;
      }
      buffer += read.value;
      return receive();
    }
    const part = buffer.slice(0, end);
    buffer = buffer.slice(end + delimiter.length);
    const [head = "", content] = part.split("\r\n\r\n");
    if (content === undefined) return receive(); // what is before the first boundary
    if (head.trim().toLowerCase() !== "content-type: application/json")
      throw new Error(`a part of another kind: ${head}`);
    return JSON.parse(content) as unknown;
  };
  return { response, receive, isClosed: () => isClosed, leave: () => controller.abort() };
}
