import { type Page } from "playwright-core";

interface Focused {
  /** Its label, or what is written on it; undefined where nothing has the focus. */
  readonly name: string | undefined;
  readonly isSeen: boolean;
}

const describeFocused = `(() => {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  if (focused === document.body) return { isSeen: true };
  const name = focused.getAttribute("aria-label") ?? (focused.textContent.trim() || focused.id || focused.tagName);
  return { name, isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 };
})()`;

/** As many as it takes from one end of the longest page to the other. */
const maxSteps = 400;

/**
 * Goes on with Tab to what is called so.
 * @throws where it is never come to, or something on the way does not show that it has the focus
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < maxSteps) {
    await page.keyboard.press("Tab");
    const { name: focused = "nothing", isSeen } = await page.evaluate<Focused>(describeFocused);
    if (!isSeen) throw new Error(`${focused} does not show that it has the focus`);
    if (typeof name === "string" ? focused === name : name.test(focused)) return;
    passed.push(focused);
  }
  throw new Error(`Tab never comes to ${String(name)}, but to ${[...new Set(passed)].join(", ")}`);
}
