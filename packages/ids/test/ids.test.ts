import { createId, idBoundary, isId, isOlder } from "../src";

it("makes ids that sort by their creation and carry their kind", () => {
  const earlier = createId("ord", 1_700_000_000_000);
  const later = createId("ord", 1_700_000_000_001);
  expect(earlier).toMatch(/^ord_[0-9a-z]{26}$/);
  expect(earlier < later).toBe(true);
});

it("tells the ids made before a time from the later ones", () => {
  const boundary = idBoundary("ord", 1_700_000_000_000);
  expect(createId("ord", 1_699_999_999_999) < boundary).toBe(true);
  expect(createId("ord", 1_700_000_000_000) > boundary).toBe(true);
  expect(createId("ord", 0) > idBoundary("ord", -1)).toBe(true);
});

it("tells what was made before something of another kind", () => {
  const [earlier, later] = [createId("usr", 1_700_000_000_000), createId("ntf", 1_700_000_000_001)];
  expect([isOlder(earlier, later), isOlder(later, earlier)]).toEqual([true, false]);
  expect(isOlder(earlier, createId("ntf", 1_700_000_000_000))).toBe(false);
});

it("makes no id twice", () => {
  const ids = Array.from({ length: 10_000 }, () => createId("usr"));
  expect(new Set(ids).size).toBe(ids.length);
});

it.each(["", "ord", "ord_", "ord_UPPER", "ord_01234567890123456789012345' OR 1=1", "__proto__"])(
  "does not take %j for an id",
  (text) => expect(isId(text)).toBe(false),
);
