import { MalformedRequest, type Reader } from "./reader";
import { type Writer } from "./writer";

/**
 * How one type of the protocol stands on the wire. Requests and responses are declared from these, as the protocol's
 * own documentation lays them out; what a handler receives and returns is typed by the declaration.
 */
export interface WireType<T> {
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
}

/** What a value of a declared wire type looks like in TypeScript. */
export type Decoded<W> = W extends WireType<infer T> ? T : never;

export const int8: WireType<number> = { read: (r) => r.int8(), write: (w, value) => w.int8(value) };
export const int16: WireType<number> = { read: (r) => r.int16(), write: (w, value) => w.int16(value) };
export const int32: WireType<number> = { read: (r) => r.int32(), write: (w, value) => w.int32(value) };
export const int64: WireType<number> = { read: (r) => r.int64(), write: (w, value) => w.int64(value) };
export const bool: WireType<boolean> = {
  read: (r) => r.int8() !== 0,
  write: (w, value) => w.int8(value ? 1 : 0),
};

export const nullableString: WireType<string | null> = {
  read(r) {
    const size = r.int16();
    return size === -1 ? null : r.raw(size).toString("utf8");
  },
  write(w, value) {
    if (value === null) {
      w.int16(-1);
      return;
    }
    const bytes = Buffer.from(value, "utf8");
    w.int16(bytes.length);
    w.raw(bytes);
  },
};

export const nullableBytes: WireType<Buffer | null> = {
  read(r) {
    const size = r.length();
    return size === -1 ? null : r.raw(size);
  },
  write(w, value) {
    if (value === null) {
      w.int32(-1);
      return;
    }
    w.int32(value.length);
    w.raw(value);
  },
};

export function nullableArray<T>(element: WireType<T>): WireType<T[] | null> {
  return {
    read(r) {
      const length = r.length();
      return length === -1 ? null : Array.from({ length }, () => element.read(r));
    },
    write(w, value) {
      if (value === null) {
        w.int32(-1);
        return;
      }
      w.int32(value.length);
      for (const each of value) element.write(w, each);
    },
  };
}

function required<T>(type: WireType<T | null>, what: string): WireType<T> {
  return {
    read(r) {
      const value = type.read(r);
      if (value === null) throw new MalformedRequest(`${what} is null where the protocol allows none`);
      return value;
    },
    write: (w, value) => type.write(w, value),
  };
}

export const string: WireType<string> = required(nullableString, "a string");
export const bytes: WireType<Buffer> = required(nullableBytes, "a byte sequence");
export const array = <T>(element: WireType<T>): WireType<T[]> => required(nullableArray(element), "an array");

type Fields = Record<string, WireType<never>>;
type Struct<F> = { [K in keyof F]: Decoded<F[K]> };

/** Fields one after another, in the order in which they are declared. */
export function struct<F extends { [K in keyof F]: WireType<Decoded<F[K]>> }>(fields: F): WireType<Struct<F>> {
  const entries = Object.entries(fields as unknown as Fields);
  return {
    read: (r) => Object.fromEntries(entries.map(([name, type]) => [name, type.read(r)])) as unknown as Struct<F>,
    write(w, value) {
      for (const [name, type] of entries) type.write(w, value[name as keyof F] as never);
    },
  };
}
