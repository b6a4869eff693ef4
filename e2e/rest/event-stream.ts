import { eventually } from "../test/eventually";

export interface ToldEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a stream of server-sent events until it has told what is looked for. @returns all that it told until then */
export async function readStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  isEnough: (told: readonly ToldEvent[]) => boolean,
): Promise<ToldEvent[]> {
  const leaving = new AbortController();
  const signal = leaving.signal;
  const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers }, signal });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  let text = "";
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  })().catch(() => undefined);
  const told = (): ToldEvent[] => text.split("\n\n").flatMap(toEvent);
  try {
    await eventually(() => Promise.resolve(isEnough(told())));
    return told();
  } finally {
    leaving.abort();
    await reading;
  }
}

function toEvent(block: string): ToldEvent[] {
  const field = (name: string) => new RegExp(`^${name}(?:: (.*))?$`, "m").exec(block);
  const data = field("data")?.[1];
  if (data === undefined) return [];
  const id = field("id");
  return [
    {
      id: id === null ? undefined : (id[1] ?? ""),
      event: field("event")?.[1],
      data: JSON.parse(data) as object as never,
    },
  ];
}
