/** What the page at /docs does, as text: it reads /openapi.json, and runs in the browser. */
export const docsScript = String.raw`
const byId = (id) => document.getElementById(id);
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== undefined));
  return made;
};
const quiet = (text) => element("span", { className: "quiet", textContent: text });
const api = await (await fetch("/openapi.json")).json();

/* What something looks like. */
const resolve = (reference) => reference.slice(2).split("/").reduce((value, key) => value[key], api);
const nameOf = (reference) => reference.slice(reference.lastIndexOf("/") + 1);
const linkTo = (name) => element("a", { href: "#schema-" + name, textContent: name });
const joined = (parts, separator) => parts.flatMap((part, index) => index === 0 ? part : [separator, ...part]);
const typeOf = (schema) => {
  if (schema.$ref) return [linkTo(nameOf(schema.$ref))];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum) return [schema.enum.join(" | ")];
  if (schema.anyOf) return joined(schema.anyOf.map(typeOf), " | ");
  if (schema.contentSchema) return ["JSON of ", ...typeOf(schema.contentSchema)];
  if (schema.type === "array") return ["list of ", ...typeOf(schema.items ?? {})];
  return [[schema.type ?? "anything"].flat().join(" | ") + (schema.format ? " (" + schema.format + ")" : "")];
};
const bounds = ({ minLength, maxLength, minimum, maximum, default: usual }) => [
  minLength > 0 || maxLength ? (minLength ?? 0) + " to " + (maxLength ?? "any number of") + " characters" : "",
  Number.isSafeInteger(minimum) && minimum > Number.MIN_SAFE_INTEGER ? "from " + minimum : "",
  maximum < Number.MAX_SAFE_INTEGER ? "to " + maximum : "",
  usual === undefined ? "" : "by default " + JSON.stringify(usual),
].filter(Boolean).join(", ");
const row = (name, schema, required, description = schema.description) => {
  const item = element("li", {}, element("code", { textContent: name }), " ", ...typeOf(schema));
  const more = [required ? "required" : "", bounds(schema), description ?? ""].filter(Boolean).join(" – ");
  if (more) item.append(quiet(" – " + more));
  return item;
};
/* The fields of a shape that has no name; those of a named one are under Shapes. */
const fieldsOf = (schema) => {
  if (schema.anyOf) return joined(schema.anyOf.map(fieldsOf).filter((list) => list.length > 0), "or");
  if (schema.items) return fieldsOf(schema.items);
  if (!schema.properties) return [];
  const list = element("ul");
  for (const [name, field] of Object.entries(schema.properties)) {
    const item = row(name, field, schema.required?.includes(name));
    item.append(...fieldsOf(field));
    list.append(item);
  }
  return [list];
};
const shape = (schema) => {
  const fields = fieldsOf(schema);
  return fields.length > 0 && !schema.items ? fields : [element("p", {}, ...typeOf(schema)), ...fields];
};
const json = (value) => element("pre", { textContent: JSON.stringify(value, null, 2), tabIndex: 0 });
const folded = (summary, makeInside, properties = {}) => {
  const details = element("details", properties, element("summary", {}, ...summary));
  details.addEventListener("toggle", () => details.append(element("div", { className: "inside" }, ...makeInside())), { once: true });
  return details;
};

/* An operation, to read. */
const answer = ([status, given]) => {
  const response = given.$ref ? resolve(given.$ref) : given;
  const title = [element("strong", { textContent: status === "default" ? "any other" : status }), quiet(response.description)];
  return folded(title, () => [
    ...Object.entries(response.headers ?? {}).map(([name, { description }]) => element("p", {}, element("code", { textContent: name }), " ", quiet(description))),
    ...Object.entries(response.content ?? {}).flatMap(([type, { schema, example, "x-itemSchema": event }]) => [
      element("p", {}, element("code", { textContent: type }), event ? " – each event:" : ""), ...shape(event ?? schema),
      ...(example === undefined ? [] : [element("h3", { textContent: "Example" }), json(example)]),
    ]),
    ...(response.content ? [] : [element("p", { textContent: "No body." })]),
  ]);
};
const inside = (method, path, operation) => {
  const body = operation.requestBody?.content["application/json"];
  const anyone = operation.security.some((one) => Object.keys(one).length === 0);
  return [
    element("p", { className: "quiet", textContent: anyone ? "Anyone may call it." : "Needs an access token." }),
    ...(operation.parameters.length === 0 ? [] : [element("h3", { textContent: "Parameters" }), element("ul", {},
      ...operation.parameters.map(({ name, in: where, required, schema, description }) =>
        row(name, schema, required, "in the " + where + (description ? ": " + description : ""))))]),
    ...(body ? [element("h3", { textContent: "Body" }), ...shape(body.schema)] : []),
    element("h3", { textContent: "Answers" }), ...Object.entries(operation.responses).map(answer),
    element("h3", { textContent: "Try it" }), trial(method, path, operation, body?.example),
  ];
};

/* An operation, to try. */
const field = ({ name, in: where, required, schema }) => {
  const input = element("input", { name, required: required ?? false, autocomplete: "off" });
  input.dataset.in = where;
  if (schema.type === "object") { input.dataset.pairs = ""; input.placeholder = "attr.colour=red"; }
  if (name === "Idempotency-Key") input.value = crypto.randomUUID?.() ?? String(Math.random());
  return element("label", {}, element("code", { textContent: name }), required ? " (required)" : "", input);
};
const requestOf = (form, method, path) => {
  let url = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const input of form.querySelectorAll("input")) {
    if (input.value === "") continue;
    if (input.dataset.in === "path") url = url.replace("{" + input.name + "}", encodeURIComponent(input.value));
    else if (input.dataset.in === "header") headers[input.name] = input.value;
    else if (input.dataset.pairs === undefined) query.append(input.name, input.value);
    else for (const [name, value] of new URLSearchParams(input.value)) query.append(name, value);
  }
  const token = byId("token").value.trim();
  if (token) headers.authorization = "Bearer " + token;
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["content-type"] = "application/json";
  return [url + (query.size ? "?" + query : ""), { method, headers, body }];
};
const pretty = (text) => {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};
const trial = (method, path, operation, example) => {
  const form = element("form", {}, ...operation.parameters.map(field));
  if (example !== undefined) {
    const value = JSON.stringify(example, null, 2);
    form.append(element("label", {}, "Body", element("textarea", { value, rows: value.split("\n").length, spellcheck: false })));
  }
  const output = element("pre", { hidden: true, tabIndex: 0 });
  output.setAttribute("aria-live", "polite");
  form.append(element("button", { textContent: "Send" }), output);
  let running = new AbortController();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    running.abort(); // a stream of before ends by itself never
    const { signal } = running = new AbortController();
    output.hidden = false;
    output.textContent = "…";
    try {
      const [url, request] = requestOf(form, method.toUpperCase(), path);
      const response = await fetch(url, { ...request, signal });
      const head = response.status + " " + response.statusText + "\n";
      output.textContent = head;
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
        for (const events = response.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
          const { done, value } = await events.read();
          if (done) break;
          output.append(value);
        }
      } else output.textContent = head + pretty(await response.text());
    } catch (error) {
      if (!signal.aborted) output.textContent = String(error);
    }
  });
  return form;
};

/* The page. */
const { info, paths, tags, components } = api;
byId("title").textContent = document.title = info.title + ": REST API";
byId("description").textContent = info.description.replaceAll(String.fromCharCode(96), "");
const groups = new Map(tags.map(({ name }) => [name, []]));
for (const [path, operations] of Object.entries(paths))
  for (const [method, operation] of Object.entries(operations)) {
    const badge = element("span", { className: "method", textContent: method.toUpperCase() });
    badge.dataset.method = method.toUpperCase();
    const summary = [badge, element("code", { textContent: path }), quiet(operation.summary)];
    const route = folded(summary, () => inside(method, path, operation), { id: operation.operationId, className: "route" });
    groups.get(operation.tags[0]).push(route);
  }
byId("routes").replaceChildren(
  ...tags.map(({ name, description }) => element("section", {}, element("h2", { id: "tag-" + name, textContent: name }),
    element("p", { className: "quiet", textContent: description }), ...groups.get(name))),
  element("section", {}, element("h2", { id: "shapes", textContent: "Shapes" }),
    ...Object.entries(components.schemas).map(([name, schema]) =>
      folded([element("code", { textContent: name })], () => shape(schema), { id: "schema-" + name }))));
byId("tags").append(...tags.map(({ name }) => element("a", { href: "#tag-" + name, textContent: name })),
  element("a", { href: "#shapes", textContent: "Shapes" }));

byId("filter").addEventListener("input", ({ target }) => {
  const wanted = target.value.trim().toLowerCase();
  for (const route of document.querySelectorAll(".route"))
    route.hidden = !route.querySelector("summary").textContent.toLowerCase().includes(wanted);
});
/* Each operation and shape has an address of its own. */
const openLinked = () => {
  const linked = byId(decodeURIComponent(location.hash.slice(1)));
  if (linked?.tagName === "DETAILS") linked.open = true;
  linked?.scrollIntoView();
};
addEventListener("hashchange", openLinked);
openLinked();
byId("routes").addEventListener("click", ({ target }) => {
  const route = target.closest?.("summary")?.parentElement;
  if (route?.id) history.replaceState(null, "", "#" + route.id);
});
`;
