// A way to PostgreSQL that can be cut, or frozen as if the server had stopped answering, and that hears what is asked.
import { connect, createServer, type Socket } from "node:net";

export interface DatabaseWay {
  readonly url: string;
  /** The SQL of each statement that went over it since the last call. */
  takeStatements(): string[];
  set(state: "open" | "cut" | "frozen"): void;
  close(): Promise<void>;
}

export async function openWay(databaseUrl: string): Promise<DatabaseWay> {
  const target = new URL(databaseUrl);
  let state: "open" | "cut" | "frozen" = "open";
  const statements: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const hear = createListener((sql) => statements.push(sql));
    client.on("data", hear);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => state === "open" && to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: url.href,
    takeStatements: () => statements.splice(0),
    set: (next) => {
      state = next;
      if (next !== "frozen") endAll();
    },
    close: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the client's side of the protocol: after the start packet each message is a letter, its length and its content. */
function createListener(onStatement: (sql: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const [letter, content] = [String.fromCharCode(rest[0] ?? 0), rest.subarray(head + 4, end).toString()];
      if (started && letter === "P") onStatement(content.split("\0")[1] ?? ""); // Parse: the statement's name, its SQL
      started = true;
      rest = rest.subarray(end);
    }
  };
}
