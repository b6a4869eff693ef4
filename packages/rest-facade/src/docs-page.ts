import { docsScript } from "./docs-script";

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent);
  --link: light-dark(#0b57d0, #a8c7fa); --get: light-dark(#15703a, #5fd38a); --write: light-dark(#8a5a00, #ffc453); --delete: light-dark(#b3261e, #ff8a80) }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem 1rem 4rem; background: light-dark(#fff, #16181c); color: light-dark(#1b1d21, #e7e9ee) }
a { color: var(--link) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
h1 { font-size: 1.6rem; margin: 0 0 .25rem }
h2 { font-size: 1.2rem; margin: 2rem 0 0; text-transform: capitalize }
h3 { font-size: .95rem; margin: 1rem 0 .25rem }
p { margin: .25rem 0 }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .75rem 0; text-transform: capitalize }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0 }
summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; border-radius: .5rem }
summary > * { margin-right: .6rem }
.inside { padding: 0 .75rem .75rem }
code, pre, textarea, input { font-family: ui-monospace, monospace; font-size: .875rem }
code { overflow-wrap: anywhere }
.method { display: inline-block; min-width: 4rem; font-weight: 700; color: var(--write) }
.method[data-method=GET] { color: var(--get) } .method[data-method=DELETE] { color: var(--delete) }
.quiet { opacity: .78 }
ul { margin: 0; padding-left: 1.1rem } ul ul { border-left: 1px solid var(--line); list-style: none }
li { margin: .15rem 0; overflow-wrap: anywhere }
label { display: block; margin: .5rem 0 }
input, textarea { width: 100%; padding: .4rem .5rem; border: 1px solid var(--line); border-radius: .35rem; background: transparent; color: inherit }
button { padding: .4rem 1.2rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--soft); color: inherit; font: inherit; cursor: pointer }
pre { background: var(--soft); padding: .75rem; margin: .4rem 0; border-radius: .35rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow-y: auto }
.skip { position: absolute; left: -100rem; padding: .5rem 1rem; background: light-dark(#fff, #16181c) }
.skip:focus { left: .5rem; top: .5rem }
`;

/**
 * The page at /docs: every route of /openapi.json beside it, to read and to try. All of it is in this one file, so that
 * it needs no host but ours.
 */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST API</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#routes">To the routes</a>
<header>
<h1 id="title">REST API</h1>
<p id="description" class="quiet"></p>
<p>Made from <a href="/openapi.json">/openapi.json</a>, as the routes are.</p>
<label>Access token, of <code>POST /v1/auth/login</code> <input id="token" autocomplete="off" spellcheck="false"></label>
<label>Show the routes with <input id="filter" type="search" placeholder="orders" autocomplete="off" spellcheck="false"></label>
<nav id="tags" aria-label="Groups"></nav>
</header>
<main id="routes" tabindex="-1"><p role="status">Loading …</p></main>
<script type="module">${docsScript}</script>
</body>
</html>
`;
