import { scalarResolvers } from "../src";

const { DateTime } = scalarResolvers;

it("reads a time as RFC 3339 has it, in any zone", () => {
  expect(DateTime.parseValue("2026-11-22T12:00:00.000+01:00")).toEqual(new Date("2026-11-22T11:00:00.000Z"));
});

// PostgreSQL knows no year 0, and would be asked for it.
it.each(["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "yesterday"])("refuses %s", (text) => {
  expect(() => DateTime.parseValue(text)).toThrow("DateTime cannot represent");
});
