/** How often a text must come before it is named: lists of every length, filters of every kind come once or twice. */
const usesBefore = 5;
/** The server keeps each for each connection, some 30 kB. */
const maxNames = 100;
const maxCounted = 1_000;

/**
 * Names for the statements that come again and again: the server then parses and plans each once a connection, and not at
 * every use. A migration that changes the type of a column which they read needs the services started anew.
 * @returns gives a statement's name, empty for one that is not to be kept
 */
export function createStatementNames(): (statement: { sql: string }) => string {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();
  return ({ sql }) => {
    const name = names.get(sql);
    if (name !== undefined) return name;
    if (names.size === maxNames) return "";
    const count = (uses.get(sql) ?? 0) + 1;
    if (count > usesBefore) {
      uses.delete(sql);
      names.set(sql, `s${names.size}`);
    } else {
      if (uses.size === maxCounted) uses.clear();
      uses.set(sql, count);
    }
    return "";
  };
}
