// The way to PostgreSQL, with an ear for what is asked.
import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";

export interface Statement {
  readonly sql: string;
  /** Of its parameters, as text. */
  readonly values: readonly (string | null)[];
}

export interface OverheardDatabase extends TcpGate {
  /** What went over it since the last call. */
  takeStatements(): Statement[];
}

export async function overhearDatabase(databaseUrl: string): Promise<OverheardDatabase> {
  const statements: Statement[] = [];
  const gate = await startTcpGate(databaseUrl, () => ({
    sent: createListener((statement) => statements.push(statement)),
  }));
  return { ...gate, takeStatements: () => statements.splice(0) };
}

/**
 * Reads the client's side of the protocol: after the start packet each message is a letter, its length and its content.
 * A statement that is prepared once runs at each Bind of its name.
 */
function createListener(onStatement: (statement: Statement) => void): (chunk: Buffer) => void {
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
      const [letter, content] = [String.fromCharCode(rest[0] ?? 0), rest.subarray(head + 4, end)];
      const [first = "", second = ""] = content.toString().split("\0", 2);
      if (started && letter === "P") prepared.set(first, second); // Parse: the statement's name, its SQL
      // Bind: the portal's name, the statement's, and its values
      if (started && letter === "B") {
        const values = readValues(content.subarray(Buffer.byteLength(first) + Buffer.byteLength(second) + 2));
        onStatement({ sql: prepared.get(second) ?? "", values });
      }
      started = true;
      rest = rest.subarray(end);
    }
  };
}

/** How many formats there are, the formats; how many values, and each with its length, which is -1 for NULL. */
function readValues(content: Buffer): (string | null)[] {
  let at = 2 + 2 * content.readInt16BE(0);
  const count = content.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = content.readInt32BE(at);
    const value = length < 0 ? null : content.toString("utf8", at + 4, at + 4 + length);
    at += 4 + Math.max(length, 0);
    return value;
  });
}
