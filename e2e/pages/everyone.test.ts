// What the pages are to those who use a keyboard, a telephone or a screen reader, or like it dark.
import { join } from "node:path";
import { source as axe } from "axe-core";
import { clean, says } from "./browser";
import { tabTo } from "./keyboard";
import { usePagesShop } from "./pages-shop";

/** `npm run test:pages -- --globals '{"screenshots":true}'` takes those of the README anew. */
const takesScreenshots = (globalThis as { screenshots?: boolean }).screenshots === true;
const images = join(__dirname, "../../docs/images");
const pages = usePagesShop();

describe("by the keyboard alone", () => {
  it("the start page's operations are copied, and the other pages come to", async () => {
    const { page } = await pages.open("/", { permissions: ["clipboard-read", "clipboard-write"] });
    await tabTo(page, "To the content");
    await page.keyboard.press("Enter");
    await tabTo(page, "Copy: A query");
    await page.keyboard.press("Enter");
    await says(page.locator("button"), "Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain("query Shelf");
    await tabTo(page, "GraphiQL");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/graphiql");
  });

  it("a route of the REST reference is opened and tried", async () => {
    const { page } = await pages.open("/docs");
    await page.locator(".route").first().waitFor();
    await tabTo(page, "To the routes");
    await page.keyboard.press("Enter");
    await tabTo(page, /^GET\/v1\/products(?!\/)/);
    await page.keyboard.press("Enter");
    await tabTo(page, "Send");
    await page.keyboard.press("Enter");
    await says(page.locator("form pre"), /^200 OK\s+\{\s+"items"/);
    await tabTo(page, "To the routes"); // and out of it again, by way of all that follows
  });

  it("an operation is run in GraphiQL, and its editor left", async () => {
    const { page } = await pages.open("/graphiql");
    await says(page.locator(".graphiql-query-editor .view-lines"), "Shelf");
    await tabTo(page, /^To the query/);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+Enter");
    await says(page.locator(".graphiql-response"), /"totalCount":\s\d+/);
    await page.keyboard.press("Escape");
    await tabTo(page, /^Execute query/);
    await tabTo(page, "SignIn");
    await page.keyboard.press("Enter");
    await says(page.locator(".graphiql-query-editor .view-lines"), "SignIn");
  });

  it("Sandbox's page leads to GraphiQL", async () => {
    const { page } = await pages.open("/graphql");
    await tabTo(page, "GraphiQL");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/graphiql");
  });
});

// GraphiQL's own: a tab holds a button that opens it and one that closes it.
const violationsOf = `axe.run({ exclude: [".graphiql-tabs"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] })
  .then(({ violations }) => violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ": " + target.join(" "))))`;

const smallTexts = `[...document.querySelectorAll("body *")].filter((element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "") &&
  element.checkVisibility() && parseFloat(getComputedStyle(element).fontSize) < 12).map(({ outerHTML }) => outerHTML)`;

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it.each([
    ["start", "/", "#services li"],
    ["graphiql", "/graphiql", ".graphiql-tab-button"],
    ["docs", "/docs", ".route"],
    ["sandbox", "/graphql", "#state"],
  ])("%s is readable, on a telephone too", async (name, path, sign) => {
    const isOurs = name !== "sandbox"; // which asks for Apollo's script, and complains that there is none
    const { page, ...watched } = await pages.open(path, { colorScheme, reducedMotion: "reduce" });
    await page.locator(sign).first().waitFor();
    if (name === "docs") await page.locator(".route > summary").first().click();
    if (name === "graphiql") {
      await page.locator(".graphiql-execute-button").click();
      await says(page.locator(".graphiql-response"), /"totalCount":\s\d+/);
    }
    await page.evaluate(axe);
    expect(await page.evaluate(violationsOf)).toEqual([]);
    if (takesScreenshots) await page.screenshot({ path: join(images, `${name}-${colorScheme}.png`) });
    if (isOurs) expect(watched).toEqual(clean);

    const telephone = { width: 390, height: 844 };
    const small = await pages.open(path, { colorScheme, viewport: telephone, isMobile: true, hasTouch: true });
    await small.page.locator(sign).first().waitFor();
    expect(await small.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(telephone.width);
    expect(await small.page.evaluate("innerWidth")).toBe(telephone.width);
    expect(await small.page.evaluate(smallTexts)).toEqual([]);
    if (takesScreenshots) await small.page.screenshot({ path: join(images, `${name}-${colorScheme}-390.png`) });
  });
});
