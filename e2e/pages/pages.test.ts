import { type Route } from "playwright-core";
import { clean, says } from "./browser";
import { usePagesShop } from "./pages-shop";

/** How long a stopped service may go on to look ready. A machine that stands still may be late once, but not each time. */
const noticeMs = 5_000;
const maxTries = 3;
const consoles = { MINIO_CONSOLE_URL: "http://localhost:9001/", JAEGER_UI_URL: "http://localhost:16686/" };
const pages = usePagesShop(consoles);

it("tells at the start which services are ready, and of one that stops as down", async () => {
  const { page, ...watched } = await pages.open("/");
  const allAreReady = () => says(page.locator("#all"), "All 6 services are ready.");
  const isNoticed = async (): Promise<boolean> => {
    await allAreReady();
    const pid = pages.shop.pidOf("comment");
    process.kill(pid, "SIGSTOP"); // killed, it would be back too soon to be seen
    try {
      await says(page.locator('[data-service="comment"]'), "down", noticeMs);
      await says(page.locator("#all"), "Not ready: comment.");
      return true;
    } catch {
      return false;
    } finally {
      process.kill(pid, "SIGCONT");
    }
  };
  let tries = 1;
  while (!(await isNoticed())) {
    tries += 1;
    expect(tries).toBeLessThanOrEqual(maxTries);
  }
  await allAreReady();
  expect(watched).toEqual(clean);
});

it("leads from the start to what is there, and to the consoles that it was told of", async () => {
  const { page } = await pages.open("/");
  const links = page.locator(".links a");
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  expect(hrefs).toEqual(expect.arrayContaining(["/graphiql", "/graphql", "/docs", ...Object.values(consoles)]));
  for (const href of hrefs.filter((one) => one.startsWith("/"))) {
    const { status } = await fetch(`${pages.shop.url}${href}`, { headers: { accept: "text/html" } });
    expect([href, status]).toEqual([href, 200]);
  }
});

it("copies each of the operations at the start", async () => {
  const { page } = await pages.open("/", { permissions: ["clipboard-read", "clipboard-write"] });
  for (const [title, operation] of [
    ["A query", "query Shelf"],
    ["A mutation", "mutation SignIn"],
    ["A subscription", "subscription News"],
  ] as const) {
    const button = page.getByRole("button", { name: `Copy: ${title}` });
    await button.click();
    await says(button, "Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain(operation);
  }
});

it("lists every route in the REST reference, and tries one", async () => {
  const { page, ...watched } = await pages.open("/docs");
  const answer = await fetch(`${pages.shop.url}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
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
  await route.locator("> summary").click();
  await says(route, "Anyone may call it.");
  await route.getByRole("button", { name: "Send" }).click();
  await says(route.locator("form pre"), /^200 OK\s+\{\s+"items"/);
  expect(watched).toEqual(clean);
});

describe("at /graphql", () => {
  const scripts = "embeddable-sandbox.cdn.apollographql.com";
  const frames = "sandbox.embed.apollographql.com";

  it("offers GraphiQL where Apollo's host cannot be reached, and asks no other", async () => {
    const { page, otherHosts } = await pages.open("/graphql");
    await says(page.locator("#state"), "cannot be reached");
    expect(otherHosts).toEqual(new Set([scripts]));
    await page.getByRole("link", { name: "GraphiQL" }).click();
    await page.waitForURL("**/graphiql");
  });

  it("opens Sandbox on this gateway where it can, in a frame of Apollo's", async () => {
    const { page, ...watched } = await pages.open("/graphql", { otherHosts: standForApollo });
    const sandbox = page.frameLocator("#sandbox iframe");
    const { url } = pages.shop;
    await says(sandbox.locator("body"), `${url}/graphql and ${url.replace("http", "ws")}/graphql`);
    expect(watched).toEqual({ complaints: [], otherHosts: new Set([scripts, frames]) });
  });

  /** As Apollo's script does: it puts a frame from Apollo into its target. */
  function standForApollo(route: Route): Promise<void> {
    const { host, searchParams } = new URL(route.request().url());
    if (host === frames) return route.fulfill({ contentType: "text/html", body: searchParams.get("says") ?? "" });
    const body = `window.EmbeddedSandbox = class {
      constructor({ target, initialEndpoint, initialSubscriptionEndpoint }) {
        const frame = document.createElement("iframe");
        const says = initialEndpoint + " and " + initialSubscriptionEndpoint;
        frame.src = "https://${frames}/?says=" + encodeURIComponent(says);
        document.querySelector(target).append(frame);
      }
    };`;
    return route.fulfill({ contentType: "text/javascript", body });
  }
});
