import { type ChildProcess } from "node:child_process";

/** What a process of the benchmark does for the one that started it: each takes and gives what JSON can hold. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export type Call<H extends Handlers> = <Name extends keyof H & string>(
  name: Name,
  ...argument: Parameters<H[Name]>
) => Promise<Awaited<ReturnType<H[Name]>>>;

interface Request {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** In the child: answers calls for as long as the parent lives. */
export function serveCalls(handlers: Handlers): void {
  const answer = async ({ id, name, argument }: Request): Promise<Reply> => {
    try {
      const handler = handlers[name] as (argument: unknown) => unknown;
      return { id, value: await handler(argument) };
    } catch (error) {
      return { id, error: String(error) };
    }
  };
  process.on("message", (request: Request) => void answer(request).then((reply) => process.send?.(reply)));
  process.on("disconnect", () => process.exit());
}

/** In the parent: calls a child that `serveCalls`. A call rejects with what the child threw, or when the child ends. */
export function createCall<H extends Handlers>(child: ChildProcess): Call<H> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  child.on("message", (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) call?.reject(new Error(reply.error));
    else call?.resolve(reply.value as never);
  });
  child.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("A process of the benchmark has ended."));
  });
  return (name, ...argument) =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      child.send({ id: calls, name, argument: argument[0] } satisfies Request);
    });
}
