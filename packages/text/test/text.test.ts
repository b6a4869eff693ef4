import { isLongerThan, isPlainLine, isPlainText, isVisible, toPlainLine } from "../src";

it.each(["Ada Lovelace", "東京 🇯🇵", "שלום", "a\u200db"])("takes %j in one line and in several", (text) => {
  expect([isPlainLine(text), isPlainText(text), isVisible(text)]).toEqual([true, true, true]);
});

it.each(["a\nb", "a\tb", "a\u2028b", "a\u2029b", "a\u202eb", "a\u2066b"])("takes %j in several lines only", (text) => {
  expect([isPlainLine(text), isPlainText(text)]).toEqual([false, true]);
});

it.each(["\u0000", "a\u001b[2J", "\u007f", "\u0085", "\ud800", "a\udc00"])("takes %j nowhere", (text) => {
  expect([isPlainLine(text), isPlainText(text)]).toEqual([false, false]);
});

it.each(["", " ", "\u00a0\n", "\u200b\u2066\u00ad", "\u0301"])("sees nothing of %j", (text) => {
  expect(isVisible(text)).toBe(false);
});

it("makes one line of several", () => {
  expect(toPlainLine("Eve\r\nBcc: all\u202e\n")).toBe("Eve Bcc: all");
});

it("counts characters, not their units", () => {
  expect([isLongerThan(2, "ab"), isLongerThan(2, "abc")]).toEqual([false, true]);
  expect([isLongerThan(2, "🙂🙂"), isLongerThan(2, "🙂🙂a"), isLongerThan(1, "🙂🙂")]).toEqual([false, true, true]);
});
