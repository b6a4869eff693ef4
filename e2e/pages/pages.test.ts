import { join } from "node:path";
import { type Browser, type Locator } from "playwright-core";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "../test/running-shop";
import { openBrowser, openPage } from "./browser";

const clean = { complaints: [], otherHosts: new Set() };
const sandboxHost = "embeddable-sandbox.cdn.apollographql.com";
/** How long a stopped service may go on to look ready. */
const noticeMs = 5_000;

/** `npm run test:pages -- --globals '{"screenshots":true}'` takes those of the README anew. */
const takesScreenshots = (globalThis as { screenshots?: boolean }).screenshots === true;
const images = join(__dirname, "../../docs/images");

let shop: RunningShop;
let browser: Browser;
beforeAll(async () => {
  shop = await startRunningShop(await shopEnvironment());
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await shop.stop();
  removeData(shop);
});

/** Resolves when an element has a text. */
const says = (element: Locator, text: string | RegExp, timeout = 20_000): Promise<void> =>
  element.filter({ hasText: text }).first().waitFor({ timeout });

it("tells at the start which services are ready, and of one that stops as down", async () => {
  const { page, ...watched } = await openPage(browser, shop.url);
  await says(page.locator("#all"), "All 6 services are ready.");
  const comment = page.locator('[data-service="comment"]');
  const pid = shop.pidOf("comment");
  process.kill(pid, "SIGSTOP"); // killed, it would be back too soon to be seen
  try {
    await says(comment, "down", noticeMs);
    await says(page.locator("#all"), "Not ready: comment.");
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await says(page.locator("#all"), "All 6 services are ready.");
  expect(watched).toEqual(clean);
  await page.context().close();
});

it("copies an operation at the start, and leads on, by the keyboard alone", async () => {
  const { page } = await openPage(browser, shop.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe("/graphiql");
  await page.getByRole("button", { name: "Copy: A query" }).press("Enter");
  await says(page.locator("button"), "Copied");
  expect(await page.evaluate("navigator.clipboard.readText()")).toContain("query Shelf");
  await page.getByRole("link", { name: "GraphiQL" }).press("Enter");
  await page.waitForURL("**/graphiql");
  await page.context().close();
});

it("runs a query in GraphiQL", async () => {
  const { page, ...watched } = await openPage(browser, `${shop.url}/graphiql`);
  await says(page.locator(".graphiql-query-editor .view-lines"), "Shelf");
  await page.locator(".graphiql-execute-button").click();
  await says(page.locator(".graphiql-response"), /"totalCount":\s\d+/);
  expect(watched).toEqual(clean);
  await page.context().close();
});

it("lists every route in the REST reference, and tries one", async () => {
  const { page, ...watched } = await openPage(browser, `${shop.url}/docs`);
  const { paths } = (await (await fetch(`${shop.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  await page.locator(".route").first().waitFor();
  const titles = await page
    .locator(".route > summary")
    .evaluateAll((summaries) =>
      summaries.map(({ children }) => `${children[0]?.textContent} ${children[1]?.textContent}`),
    );
  expect(titles.toSorted()).toEqual(routes.toSorted());

  const route = page
    .locator(".route")
    .filter({ has: page.getByText("GET", { exact: true }) })
    .filter({ has: page.getByText("/v1/products", { exact: true }) });
  await route.locator("> summary").press("Enter");
  await says(route, "Anyone may call it.");
  await route.getByRole("button", { name: "Send" }).press("Enter");
  await says(route.locator("form pre"), /^200 OK\s+\{\s+"items"/);
  expect(watched).toEqual(clean);
  await page.context().close();
});

it("offers GraphiQL at /graphql where Apollo's host cannot be reached, and asks no other", async () => {
  const context = await browser.newContext();
  await context.route(`https://${sandboxHost}/**`, (route) => route.abort());
  const page = await context.newPage();
  await page.goto(`${shop.url}/graphql`);
  await says(page.locator("#state"), "cannot be reached");
  await page.getByRole("link", { name: "GraphiQL" }).click();
  await page.waitForURL("**/graphiql");
  await context.close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it.each([
    ["start", "/", "#services li"],
    ["graphiql", "/graphiql", ".graphiql-tab-button"],
    ["docs", "/docs", ".route"],
  ])("%s is readable on a telephone", async (name, path, sign) => {
    const { page, complaints } = await openPage(browser, `${shop.url}${path}`, { colorScheme });
    await page.locator(sign).first().waitFor();
    if (takesScreenshots) await page.screenshot({ path: join(images, `${name}-${colorScheme}.png`) });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
