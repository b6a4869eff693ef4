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

/**
 * Reads the client's side of the protocol: after the start packet each message is a letter, its length and its content.
 * A statement that is prepared once runs at each Bind of its name.
 */
function createListener(onStatement: (sql: string) => void): (chunk: Buffer) => void {
  const prepared = new Map<string, string>();
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
      const [first = "", second = ""] = content.split("\0", 2);
      if (started && letter === "P") prepared.set(first, second); // Parse: the statement's name, its SQL
      if (started && letter === "B") onStatement(prepared.get(second) ?? ""); // Bind: the portal's name, the statement's
      started = true;
      rest = rest.subarray(end);
    }
  };
}
