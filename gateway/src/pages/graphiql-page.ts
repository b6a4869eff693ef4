import { examples } from "./examples";

const style = `
.skip { position: absolute; left: -100rem; z-index: 9; padding: .5rem 1rem; background: #fff; color: #0b57d0; font: 1rem system-ui, sans-serif }
.skip:focus { left: .5rem; top: .5rem }
:focus-visible { outline: 2px solid #5b8def !important; outline-offset: -2px }
/* Its dragging leaves a tab far from where it is seen; pressed, the tab would go there, from under the pointer. */
.graphiql-tab { transform: none !important }
.graphiql-logo span, .monaco-editor .line-numbers { color: hsl(var(--color-neutral)) !important; opacity: 1 !important }
/* Some of its colours are too dim for what is behind them. */
.graphiql-response { background: hsl(var(--color-base)); border-radius: 8px }
@media (prefers-color-scheme: dark) { body:not(.graphiql-light) .graphiql-container { --color-base: 219, 29%, 9% } }
body.graphiql-dark .graphiql-container { --color-base: 219, 29%, 9% }
/* It puts the answer beside the question, however narrow the window is. */
@media (max-width: 700px) {
  #graphiql-session { display: flex; flex-direction: column }
  #graphiql-session > * { min-width: 0 !important; min-height: 0 }
  .graphiql-logo, .graphiql-horizontal-drag-bar { display: none }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
`;

const script = `
/* A hand that shakes while it clicks would drag the tab into another place, and open none. */
addEventListener("pointerdown", (event) => {
  if (event.target.closest(".graphiql-tab")) event.stopPropagation();
}, true);
/* An editor takes Tab for itself; after Escape it does not. */
let leaves = false;
addEventListener("keydown", (event) => {
  if (event.key === "Tab" && leaves && event.target.closest(".monaco-editor")) event.stopPropagation();
  if (event.key !== "Shift") leaves = event.key === "Escape";
}, true);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.querySelector(".graphiql-query-editor textarea")?.focus();
});
`;

const skipLink = `<a class="skip" href="#root">To the query. Ctrl-Enter runs it; Escape, then Tab leaves it.</a>`;
const root = `<div id="root"></div>`;
const viewport = `<meta name="viewport" content="width=device-width, initial-scale=1">`;

const headersOfRequests = /extensions:\{headers:(\w+)\?\.headers\}/;
/** It opens sockets without what stands in the headers' editor. What was taken out there is taken out here, too. */
const headersOfSocketsToo =
  "extensions:{headers:$1?.headers,connectionParams:{Authorization:void 0,authorization:void 0,...$1?.headers}}";

/** The page at /graphiql, of nine megabytes: all of GraphiQL is in it. */
export async function renderGraphiqlPage(): Promise<string> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const page = renderGraphiQL({
    title: "The shop: GraphiQL",
    endpoint: "/graphql",
    subscriptionsProtocol: "WS",
    defaultTabs: [...examples],
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: true,
  });
  const adorned = replaceOnce(page, "</head>", `${viewport}<style>${style}</style></head>`);
  const reachable = replaceOnce(adorned, root, `${skipLink}${root}<script>${script}</script>`);
  return replaceOnce(reachable, headersOfRequests, headersOfSocketsToo);
}

/** @throws where it is not there, as in a later version of GraphiQL */
function replaceOnce(text: string, place: string | RegExp, replacement: string): string {
  const replaced = text.replace(place, replacement);
  if (replaced === text) throw new Error(`GraphiQL is not as expected: it has no ${String(place)}.`);
  return replaced;
}
