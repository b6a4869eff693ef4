import { type Example, news, shelf, signIn } from "./examples";
import { escapeHtml, renderPage } from "./layout";

export interface StartPageOptions {
  /** Where to go from here: address and what is there. */
  readonly links: readonly (readonly [href: string, name: string, what: string])[];
  readonly demoAccounts: boolean;
}

const style = `
.all { font-weight: 600 }
.services { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .6rem }
.services li { padding: .6rem .75rem; border: 1px solid var(--line); border-left: .3rem solid var(--line); border-radius: .5rem }
.services li[data-state=ready] { border-left-color: var(--good) }
.services li[data-state=failing] { border-left-color: var(--warn) }
.services li[data-state=down] { border-left-color: var(--bad) }
.services strong { margin-right: .5rem }
[data-state=ready] .state { color: var(--good) } [data-state=failing] .state { color: var(--warn) } [data-state=down] .state { color: var(--bad) }
.services small { display: block; overflow-wrap: anywhere }
.links li { margin: .3rem 0 }
.operation { margin: 1rem 0 }
.operation header { display: flex; justify-content: space-between; align-items: center; margin-bottom: .3rem }
`;

// Polls rather than listens: what it tells of may be the very gateway that it asks.
const script = `
const everyMs = 2000, patienceMs = 2500;
const list = document.getElementById("services");
const all = document.getElementById("all");
const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const words = { ready: "ready", failing: "not ready", down: "down" };
const show = (services) => {
  list.replaceChildren(...services.map(({ name, state, url, checks }) => {
    const missing = Object.entries(checks).filter(([, check]) => check !== "ok").map(([check]) => check);
    const item = element("li", {}, element("strong", { textContent: name }),
      element("span", { className: "state", textContent: words[state] }));
    if (missing.length > 0) item.append(element("small", { textContent: "waits for " + missing.join(", ") }));
    if (url) item.append(element("small", { className: "quiet", textContent: url }));
    const needs = Object.keys(checks).join(", ");
    if (needs) item.append(element("small", { className: "quiet", textContent: "on " + needs }));
    item.dataset.state = state;
    item.dataset.service = name;
    return item;
  }));
  const absent = services.filter(({ state }) => state !== "ready").map(({ name }) => name);
  const text = absent.length === 0 ? "All " + services.length + " services are ready." : "Not ready: " + absent.join(", ") + ".";
  if (all.textContent !== text) all.textContent = text;
};
let known = [];
const poll = async () => {
  try {
    const response = await fetch("/status", { signal: AbortSignal.timeout(patienceMs) });
    known = (await response.json()).services;
    show(known);
  } catch {
    if (known.length === 0) all.textContent = "The gateway does not answer.";
    else show(known.map((service) => service.name === "gateway" ? { ...service, state: "down", checks: {} } : service));
  }
  setTimeout(poll, everyMs);
};
poll();
for (const button of document.querySelectorAll("button[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch { // pages that came over plain HTTP from afar have no clipboard
      getSelection().selectAllChildren(text);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, everyMs);
  });
}
`;

/** The page at /: what runs and whether it is ready, as /status tells it, and where to begin. */
export function renderStartPage({ links, demoAccounts }: StartPageOptions): string {
  const main = `<header>
<h1>The shop</h1>
<p>Five services behind one GraphQL gateway.</p>
</header>
<main id="main" tabindex="-1">
<h2>Services</h2>
<p id="all" class="all" role="status">Asking …</p>
<ul id="services" class="services"></ul>
<h2>Open</h2>
<ul class="links">
${links.map(([href, name, what]) => `<li><a href="${escapeHtml(href)}">${escapeHtml(name)}</a> <span class="quiet">– ${escapeHtml(what)}</span></li>`).join("\n")}
</ul>
${demoAccounts ? accounts : ""}
<h2>Try</h2>
<p>At <code>/graphql</code>, by any GraphQL client.</p>
${operation("a-query", "A query", shelf)}
${operation("a-mutation", "A mutation", signIn)}
${operation("a-subscription", "A subscription", news)}
</main>`;
  return renderPage({ title: "The shop", style, main, script });
}

const accounts = `<h2>Demo accounts</h2>
<ul>
${["customer", "staff", "admin"].map((who) => `<li><code>${who}@example.com</code></li>`).join("\n")}
</ul>
<p>The password of each is <code>demo-password-1</code>.</p>`;

function operation(id: string, title: string, { query }: Example): string {
  return `<section class="operation">
<header><strong>${title}</strong><button type="button" data-copies="${id}" aria-label="Copy: ${title}">Copy</button></header>
<pre id="${id}">${escapeHtml(query.trim())}</pre>
</section>`;
}
