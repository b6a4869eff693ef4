const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent);
  --good: light-dark(#15703a, #5fd38a); --bad: light-dark(#b3261e, #ff8a80); --warn: light-dark(#8a5a00, #ffc453); --link: light-dark(#0b57d0, #a8c7fa) }
* { box-sizing: border-box }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #16181c); color: light-dark(#1b1d21, #e7e9ee) }
h1 { font-size: 1.6rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: .25rem 0 }
a { color: var(--link) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
code, pre { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { margin: 0; padding: .75rem; white-space: pre-wrap; background: var(--soft); border-radius: .5rem }
button { padding: .3rem .8rem; font: inherit; font-size: .875rem; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; cursor: pointer }
ul { list-style: none; margin: 0; padding: 0 }
article { padding: .75rem 0; border-top: 1px solid var(--line) }
.quiet { opacity: .75 }
.skip { position: absolute; left: -100rem; padding: .5rem 1rem; background: light-dark(#fff, #16181c) }
.skip:focus { left: .5rem; top: .5rem }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
`;

/**
 * A page of ours, light or dark as its reader's system is, from no other file.
 * @param page.main HTML, with what is not ours escaped, and an element with the id `main` to skip to
 */
export function renderPage(page: { title: string; style?: string; main: string; script?: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="icon" href="data:,">
<style>${style}${page.style ?? ""}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
${page.main}
${page.script === undefined ? "" : `<script type="module">${page.script}</script>`}
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
