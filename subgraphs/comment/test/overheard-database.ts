// The way to PostgreSQL, with an ear for what is asked.
import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";

export interface OverheardDatabase extends TcpGate {
  /** The SQL of each statement that went over it since the last call. */
  takeStatements(): string[];
}

export async function overhearDatabase(databaseUrl: string): Promise<OverheardDatabase> {
  const statements: string[] = [];
  const gate = await startTcpGate(databaseUrl, () => createListener((sql) => statements.push(sql)));
  return { ...gate, takeStatements: () => statements.splice(0) };
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
