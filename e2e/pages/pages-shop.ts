import { type Browser } from "playwright-core";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "../test/running-shop";
import { openBrowser, openPage, type PageOptions, type WatchedPage } from "./browser";

export interface PagesShop {
  readonly shop: RunningShop;
  readonly browser: Browser;
  open(path: string, options?: PageOptions): Promise<WatchedPage>;
}

/** A shop and a browser for the tests of a file. @param env what its shop is told besides */
export function usePagesShop(env: Readonly<Record<string, string>> = {}): PagesShop {
  let shop: RunningShop;
  let browser: Browser;
  beforeAll(async () => {
    shop = await startRunningShop({ ...(await shopEnvironment()), ...env });
    browser = await openBrowser();
  }, 120_000);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await shop.stop();
    removeData(shop);
  });
  return {
    get shop() {
      return shop;
    },
    get browser() {
      return browser;
    },
    open: (path, options) => openPage(browser, `${shop.url}${path}`, options),
  };
}
