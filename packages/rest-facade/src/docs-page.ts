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
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 56rem; padding: 1rem; }
  h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
  h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; text-transform: capitalize; }
  details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; }
  summary { cursor: pointer; padding: .5rem .75rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
  form { padding: 0 .75rem .75rem; }
  code, pre, textarea, input { font-family: ui-monospace, monospace; font-size: .875rem; }
  .method { font-weight: 700; min-width: 4rem; }
  .what { opacity: .75; }
  label { display: block; margin: .5rem 0; }
  input, textarea { width: 100%; padding: .4rem .5rem; border: 1px solid var(--line); border-radius: .35rem; background: transparent; color: inherit; }
  button { padding: .4rem 1rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--soft); color: inherit; cursor: pointer; }
  pre { background: var(--soft); padding: .75rem; border-radius: .35rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
<header>
  <h1>REST API</h1>
  <p>Made from <a href="/openapi.json">/openapi.json</a>, as the routes are. Sign in with <code>POST /v1/auth/login</code> and paste the access token here:</p>
  <label>Access token <input id="token" autocomplete="off" spellcheck="false"></label>
</header>
<main id="routes"><p>Loading …</p></main>
<script type="module">
  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const field = (parameter) => {
    const input = element("input", { name: parameter.name, required: parameter.required ?? false });
    input.dataset.in = parameter.in;
    if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID?.() ?? String(Math.random());
    const label = element("label", {}, parameter.name + (parameter.required ? " (required)" : ""));
    if (parameter.description) label.append(element("span", { className: "what", textContent: " – " + parameter.description }));
    label.append(input);
    return label;
  };
  const send = async (form, method, path) => {
    let url = path;
    const query = new URLSearchParams();
    const headers = {};
    for (const input of form.querySelectorAll("input")) {
      if (input.value === "") continue;
      if (input.dataset.in === "path") url = url.replace("{" + input.name + "}", encodeURIComponent(input.value));
      if (input.dataset.in === "query") query.set(input.name, input.value);
      if (input.dataset.in === "header") headers[input.name] = input.value;
    }
    const token = document.getElementById("token").value.trim();
    if (token) headers.authorization = "Bearer " + token;
    const text = form.querySelector("textarea")?.value;
    if (text !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(url + (query.size ? "?" + query : ""), { method, headers, body: text });
    const body = await response.text();
    let shown = body;
    try { shown = JSON.stringify(JSON.parse(body), null, 2); } catch {}
    return response.status + " " + response.statusText + "\\n" + shown;
  };
  const route = (method, path, operation) => {
    const form = element("form");
    form.append(...operation.parameters.map(field));
    const example = operation.requestBody?.content["application/json"].example;
    if (example) {
      const value = JSON.stringify(example, null, 2);
      form.append(element("label", {}, "Body", element("textarea", { value, rows: value.split("\\n").length })));
    }
    const output = element("pre", { hidden: true });
    output.setAttribute("aria-live", "polite");
    form.append(element("button", { textContent: "Send" }), output);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      output.hidden = false;
      output.textContent = await send(form, method.toUpperCase(), path).catch(String);
    });
    const summary = element("summary", {}, element("span", { className: "method", textContent: method.toUpperCase() }),
      element("code", { textContent: path }), element("span", { className: "what", textContent: operation.summary }));
    return element("details", {}, summary, form);
  };
  const { paths } = await (await fetch("/openapi.json")).json();
  const groups = new Map();
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const [group] = operation.tags;
      groups.set(group, [...(groups.get(group) ?? []), route(method, path, operation)]);
    }
  document.getElementById("routes").replaceChildren(
    ...[...groups].map(([name, routes]) => element("section", {}, element("h2", { textContent: name }), ...routes)));
</script>
</body>
</html>
`;
