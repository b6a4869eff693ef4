import { existsSync } from "node:fs";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Route,
} from "playwright-core";

const executables = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Chromium as the machine has it. @throws where there is none */
export async function openBrowser(): Promise<Browser> {
  const executablePath = executables.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("There is no Chromium here: apt-get install chromium.");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

export interface PageOptions extends BrowserContextOptions {
  /** What answers for hosts that are not the page's own; none is reached where it is not given. */
  readonly otherHosts?: (route: Route) => Promise<void>;
}

export interface WatchedPage {
  readonly page: Page;
  /** What it complained of, as the console has it. */
  readonly complaints: string[];
  /** Hosts that it asked, but its own. */
  readonly otherHosts: Set<string>;
}

/** What a page leaves that complains of nothing and asks nobody else. */
export const clean = { complaints: [], otherHosts: new Set() };

/** @param url where it opens; all of this host is its own */
export async function openPage(
  browser: Browser,
  url: string,
  { otherHosts: answerOthers = (route) => route.abort(), ...options }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const otherHosts = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const { host: ownHost } = new URL(url);
  await context.route(
    ({ host, protocol }) => protocol.startsWith("http") && host !== ownHost,
    (route) => {
      otherHosts.add(new URL(route.request().url()).host);
      return answerOthers(route);
    },
  );
  await page.goto(url);
  return { page, complaints, otherHosts };
}

/** Resolves when an element has a text. */
export const says = (element: Locator, text: string | RegExp, timeout = 20_000): Promise<void> =>
  element.filter({ hasText: text }).first().waitFor({ timeout });
