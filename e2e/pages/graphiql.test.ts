import { randomUUID } from "node:crypto";
import { type Page } from "playwright-core";
import { eventually } from "../test/eventually";
import { logIn, mutate } from "../test/shopping";
import { clean, says } from "./browser";
import { usePagesShop } from "./pages-shop";

const pages = usePagesShop();

async function openTab(page: Page, name: string): Promise<void> {
  await page.locator(".graphiql-tab-button", { hasText: name }).click();
  await says(page.locator('.graphiql-tab[aria-selected="true"]'), name);
}

/** Replaces what stands in the headers' editor. */
async function writeHeaders(page: Page, headers: object): Promise<void> {
  await page.locator('[aria-label="Headers"] .graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(JSON.stringify(headers));
  await page.keyboard.press("Control+Shift+End"); // brackets and quotes that the editor has closed by itself
  await page.keyboard.press("Delete");
}

/**
 * Runs what is in the open tab, and does so again where nothing comes of it: for a moment after a tab was opened GraphiQL
 * looks in it for the operation of the tab before, and says that there is none.
 */
async function execute<Event>(page: Page, next: (options: { timeout: number }) => Promise<Event>): Promise<Event> {
  const events: Event[] = [];
  await eventually(async () => {
    const [event] = await Promise.all([
      next({ timeout: 5_000 }),
      page.locator(".graphiql-execute-button").click({ timeout: 5_000 }),
    ]);
    return events.push(event) > 0;
  });
  return events[0] as Event;
}

/** @returns the gateway's answer to what is in the open tab, not to GraphiQL's own question about the schema */
async function ask<Data>(page: Page): Promise<Data> {
  const answer = await execute(page, (options) =>
    page.waitForResponse(
      (response) => response.url().endsWith("/graphql") && !response.request().postData()?.includes("__schema"),
      options,
    ),
  );
  return ((await answer.json()) as { data: Data }).data;
}

const signInAt = async (page: Page): Promise<string> => {
  await openTab(page, "SignIn");
  const { login } = await ask<{ login: { tokens: { accessToken: string } } }>(page);
  await says(page.locator(".graphiql-response"), "displayName");
  return login.tokens.accessToken;
};

it("runs a query", async () => {
  const { page, ...watched } = await pages.open("/graphiql");
  await says(page.locator(".graphiql-query-editor .view-lines"), "Shelf");
  await page.locator(".graphiql-execute-button").click();
  await says(page.locator(".graphiql-response"), /"totalCount":\s\d+/);
  expect(watched).toEqual(clean);
});

it("has a tab for each example, which a click opens", async () => {
  const { page } = await pages.open("/graphiql");
  const editor = page.locator(".graphiql-query-editor .view-lines");
  for (const name of ["Reviews", "Account", "News", "Pay", "Order", "SignIn", "Shelf"]) {
    await openTab(page, name);
    await says(editor, new RegExp(`(query|mutation|subscription)\\s${name}`));
  }
});

it("opens a tab also where the hand shakes, and leaves the tabs in their places", async () => {
  const { page } = await pages.open("/graphiql");
  const tabs = page.locator(".graphiql-tab-button");
  const before = await tabs.allTextContents();
  await says(tabs, "News");
  const { x, y } = (await tabs.filter({ hasText: "News" }).boundingBox()) ?? { x: 0, y: 0 };
  await page.mouse.move(x + 20, y + 10);
  await page.mouse.down();
  await page.mouse.move(x + 25, y + 10, { steps: 3 });
  await page.mouse.up();
  await says(page.locator('.graphiql-tab[aria-selected="true"]'), "News");
  expect(await tabs.allTextContents()).toEqual(before);
});

it("runs a mutation, a query with its headers, and receives what another causes over a WebSocket", async () => {
  const { page, ...watched } = await pages.open("/graphiql");
  const token = await signInAt(page);

  await openTab(page, "Account");
  await writeHeaders(page, { Authorization: `Bearer ${token}` });
  expect(await ask(page)).toMatchObject({ me: { role: "CUSTOMER" } });

  await openTab(page, "News");
  await writeHeaders(page, { Authorization: `Bearer ${token}` });
  const opened = await execute(page, (options) => page.waitForEvent("websocket", options));
  expect(opened.url()).toBe(`${pages.shop.url.replace("http", "ws")}/graphql`);
  const staff = await logIn(pages.shop.url, "staff@example.com");
  const response = page.locator(".graphiql-response");
  await eventually(async () => {
    await mutate(
      staff,
      `mutation ($title: String!, $idempotencyKey: String!) {
         announce(title: $title, body: "All day.", idempotencyKey: $idempotencyKey) { accepted errors { code message path } }
       }`,
      { title: "Open on Sunday", idempotencyKey: randomUUID() },
    );
    await says(response, "Open on Sunday", 2_000);
    return true;
  });
  expect(watched).toEqual(clean);
});

it("shows what the schema says of its types and fields", async () => {
  const { page } = await pages.open("/graphiql");
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const explorer = page.locator(".graphiql-doc-explorer");
  await explorer.getByText("Subscription", { exact: true }).first().click();
  await says(explorer, "Comments on a product as they are added.");
  await explorer.getByText("orderUpdated", { exact: true }).first().click();
  await says(explorer, "changes in quick succession are told once");
});
