import { isSensitive } from "./redacted-names";
import { redacted, redactText } from "./redacted-text";

const maxDepth = 8;
/** Of one object or list. */
const maxMembers = 50;
/** Of all that is in one entry. */
const maxValues = 1_000;

interface Walk {
  /** What is being walked through, from the top down: what comes again within itself is circular. */
  readonly above: Set<object>;
  left: number;
}

/**
 * A copy to be logged of whatever it is given: nothing of what the lists name (redacted-names.ts), no text with a secret in
 * it, and so many values at so great a depth at most. Errors keep their name, message, stack, cause and own properties.
 */
export function redact(value: unknown): unknown {
  return copy(value, { above: new Set(), left: maxValues });
}

function copy(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "bigint":
      return String(value);
    case "symbol":
    case "function":
      return `[${typeof value}]`;
    case "object":
      return value === null ? null : copyObject(value, walk);
    default:
      return value;
  }
}

function copyObject(object: object, walk: Walk): unknown {
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? "[invalid date]" : object.toISOString();
  if (object instanceof URL || object instanceof RegExp) return redactText(String(object));
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return `[${object.byteLength} bytes]`;
  if (walk.above.has(object)) return "[circular]";
  if (walk.above.size >= maxDepth || walk.left <= 0) return Array.isArray(object) ? "[list]" : "[object]";
  walk.above.add(object);
  try {
    if (Array.isArray(object)) return copyList(withoutHeaders(object as readonly unknown[]), walk);
    if (object instanceof Set) return copyList([...object], walk);
    return copyMembers(object instanceof Map ? entriesOf(object) : membersOf(object), walk);
  } catch {
    return "[unreadable]"; // a proxy, or a getter that throws
  } finally {
    walk.above.delete(object);
  }
}

type Member = readonly [name: string, read: () => unknown];

function entriesOf(map: ReadonlyMap<unknown, unknown>): Member[] {
  return [...map].map(([key, member]) => [nameOf(key), () => member]);
}

function membersOf(object: object): Member[] {
  const values = object as Readonly<Record<string, unknown>>;
  const own = Object.keys(object).map((name): Member => [name, () => values[name]]);
  if (!(object instanceof Error)) return own;
  const { name, message, stack, cause } = object;
  const told: Member[] = [
    ["type", () => name],
    ["message", () => message],
    ["stack", () => stack],
    ...(cause === undefined ? [] : [["cause", () => cause] as const]),
  ];
  return [...told, ...own];
}

function copyMembers(members: readonly Member[], walk: Walk): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  // A header as its own object tells in a neighbour what it is: { name: "authorization", value: "…" }.
  const header = members.find(([name]) => name === "name" || name === "key")?.[1]();
  const isNamed = typeof header === "string" && isSensitive(header);
  for (const [name, read] of members.slice(0, maxMembers)) {
    walk.left -= 1;
    const isSecret = isSensitive(name) || (isNamed && name === "value");
    const member = isSecret ? undefined : read();
    Object.defineProperty(result, redactText(name), {
      value: isSecret ? redacted : copy(member, walk),
      ...{ enumerable: true, configurable: true, writable: true }, // also where it is called __proto__
    });
  }
  if (members.length > maxMembers) result["…"] = `${members.length - maxMembers} more`;
  return result;
}

function copyList(list: readonly unknown[], walk: Walk): unknown[] {
  const result = list.slice(0, maxMembers).map((member) => {
    walk.left -= 1;
    return copy(member, walk);
  });
  return list.length > maxMembers ? [...result, `… ${list.length - maxMembers} more`] : result;
}

/** Of Node's raw headers and undici's, names and values in turn, the values that must not be told. */
function withoutHeaders(list: readonly unknown[]): readonly unknown[] {
  if (list.length % 2 === 1) return list;
  return list.map((item, index) => {
    const name = index % 2 === 1 ? list[index - 1] : undefined;
    return typeof name === "string" && isSensitive(name) ? redacted : item;
  });
}

function nameOf(key: unknown): string {
  return typeof key === "string" || typeof key === "number" ? String(key) : `[${typeof key}]`;
}
