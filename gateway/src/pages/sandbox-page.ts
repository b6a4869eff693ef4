import { shelf } from "./examples";
import { renderPage } from "./layout";

/** Apollo's, whose Sandbox is served from nowhere else. */
export const sandboxHosts = {
  scripts: "https://embeddable-sandbox.cdn.apollographql.com",
  frames: "https://sandbox.embed.apollographql.com",
};

const style = `
#sandbox:not(:empty) { position: fixed; inset: 0; background: inherit }
#sandbox iframe { width: 100%; height: 100%; border: 0 }
`;

const script = `
const fail = () => {
  document.getElementById("state").textContent = "Apollo's host cannot be reached from here, and Sandbox is served from there alone.";
};
const sandbox = document.createElement("script");
sandbox.src = "${sandboxHosts.scripts}/_latest/embeddable-sandbox.umd.production.min.js";
sandbox.onerror = fail;
sandbox.onload = () => new window.EmbeddedSandbox({
  target: "#sandbox",
  initialEndpoint: location.origin + "/graphql",
  initialSubscriptionEndpoint: location.origin.replace("http", "ws") + "/graphql",
  initialState: { document: ${JSON.stringify(shelf.query)}, pollForSchemaUpdates: false },
  endpointIsEditable: false,
  hideCookieToggle: true,
  runTelemetry: false,
});
document.head.append(sandbox);
`;

/** The page at /graphql: Apollo Sandbox on this gateway. @param graphiql whether there is a page to lead to instead */
export function renderSandboxPage(graphiql: boolean): string {
  const main = `<main id="main" tabindex="-1">
<h1>Apollo Sandbox</h1>
<p id="state" role="status">Loading from Apollo …</p>
${graphiql ? '<p><a href="/graphiql">GraphiQL</a> does the same from this host.</p>' : ""}
</main>
<div id="sandbox"></div>`;
  return renderPage({ title: "The shop: Apollo Sandbox", style, main, script });
}
