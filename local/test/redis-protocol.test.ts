import { matchesGlob } from "../src/redis/glob";
import { formatNumber } from "../src/redis/lua-number-format";
import { encodeReply, nullArray, ok, RedisError, Status } from "../src/redis/reply";
import { createRequestParser, ProtocolError } from "../src/redis/request-parser";
import { createSortedSet } from "../src/redis/sorted-set";

describe("requests", () => {
  const request = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\n\0b\r\n";

  it.each([1, 2, 3, 7, 1000])("are read from chunks of %d bytes", (size) => {
    const parser = createRequestParser();
    const bytes = Buffer.from(`${request}PING\r\n${request}`);
    const read = [];
    for (let i = 0; i < bytes.length; i += size) {
      parser.feed(bytes.subarray(i, i + size));
      for (let next = parser.next(); next !== undefined; next = parser.next()) read.push(next);
    }
    expect(read).toEqual([["SET", "k", "a\r\n\0b"], ["PING"], ["SET", "k", "a\r\n\0b"]]);
    expect(parser.position).toBe(bytes.length);
  });

  it("count only what is whole", () => {
    const parser = createRequestParser();
    parser.feed(Buffer.from(request + request.slice(0, -1)));
    expect(parser.next()).toEqual(["SET", "k", "a\r\n\0b"]);
    expect(parser.next()).toBeUndefined();
    expect(parser.position).toBe(request.length);
  });

  it("join a long argument once, however many chunks bring it", () => {
    const parser = createRequestParser();
    const value = "x".repeat(4_000_000);
    const concat = jest.spyOn(Buffer, "concat");
    parser.feed(Buffer.from(`*2\r\n$4\r\nECHO\r\n$${value.length}\r\n`));
    for (let i = 0; i < value.length; i += 1000) {
      expect(parser.next()).toBeUndefined();
      parser.feed(Buffer.from(value.slice(i, i + 1000)));
    }
    parser.feed(Buffer.from("\r\n"));
    expect(parser.next()).toEqual(["ECHO", value]);
    expect(concat.mock.calls.length).toBeLessThan(5);
    concat.mockRestore();
  });

  it("are refused when they are HTTP", () => {
    const parser = createRequestParser();
    parser.feed(Buffer.from("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n"));
    expect(parser.next()).toBeInstanceOf(ProtocolError);
  });
});

describe("replies", () => {
  it("are what RESP2 says", () => {
    expect(encodeReply([1, "é", null, ok, [], nullArray, 9223372036854775807n])).toBe(
      "*7\r\n:1\r\n$1\r\né\r\n$-1\r\n+OK\r\n*0\r\n*-1\r\n:9223372036854775807\r\n",
    );
  });

  it("let no line break out of a status or an error", () => {
    expect(encodeReply([new Status("a\r\n+b"), new RedisError("ERR a\r\n-b")])).toBe("*2\r\n+a +b\r\n-ERR a -b\r\n");
  });
});

describe("patterns", () => {
  it.each([
    ["*", "", true],
    ["order:*", "order:1", true],
    ["order:*", "orders:1", false],
    ["h?llo", "hello", true],
    ["h[ae]llo", "hallo", true],
    ["h[^e]llo", "hello", false],
    ["h[a-c]llo", "hbllo", true],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["*a*b", "xxaxxbxb", true],
    ["a*c", "ab", false],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it("do not blow up", () => {
    expect(matchesGlob("*a".repeat(50) + "b", "a".repeat(2000))).toBe(false);
  });
});

describe("sorted sets", () => {
  it("stay sorted through additions, moves and removals", () => {
    const set = createSortedSet();
    const scores = new Map<string, number>();
    for (let i = 0; i < 2000; i += 1) {
      const member = `m${(i * 7919) % 300}`;
      if (i % 5 === 0) {
        set.delete(member);
        scores.delete(member);
      } else {
        set.set(member, (i * 31) % 17);
        scores.set(member, (i * 31) % 17);
      }
    }
    const expected = [...scores].map(([member, score]) => ({ member, score }));
    expected.sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1));
    expect(set.entries).toEqual(expected);
    expect(expected.map(({ member }) => set.rank(member))).toEqual(expected.map((_, rank) => rank));
  });
});

describe("numbers of scripts", () => {
  it.each([
    [5, 14, "5"],
    [0.1, 14, "0.1"],
    [0.1, 17, "0.10000000000000001"],
    [1e15, 14, "1e+15"],
    [1_795_000_000_000, 14, "1795000000000"],
    [2.5e-7, 14, "2.5e-07"],
    [100, 2, "1e+02"],
    [-Infinity, 17, "-inf"],
  ])("%d with %d digits is %s", (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });
});
