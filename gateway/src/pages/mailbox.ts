import { isIP } from "node:net";
import { type KeptMail } from "@shop/mailer";
import { type FastifyInstance } from "fastify";
import { escapeHtml, renderPage } from "./layout";

/**
 * The page at /mailbox: the mail that would have been sent. Whoever reads it can take over any account, so that it is for
 * development, and served to who names this machine alone: a page elsewhere may have its own name lead here.
 */
export function registerMailboxPage(app: FastifyInstance, mailbox: { list(): Promise<KeptMail[]> }): void {
  app.get("/mailbox", async (request, reply) => {
    if (!namesThisMachine(request.hostname)) {
      reply.callNotFound();
      return reply;
    }
    return reply.type("text/html; charset=utf-8").send(render(await mailbox.list()));
  });
}

/** By `localhost` or an address, which no stranger's page has: browsers tell the name that they looked up. */
function namesThisMachine(hostname: string): boolean {
  return hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
}

function render(mails: readonly KeptMail[]): string {
  const articles = mails.map(
    ({ to, subject, text, at }) => `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)}, <time>${escapeHtml(at)}</time></p>
<pre>${withLinks(text)}</pre>
</article>`,
  );
  const main = `<main id="main" tabindex="-1">
<h1>Mailbox</h1>
<p>What would have been sent if SMTP_URL were set, the newest first.</p>
${articles.length === 0 ? "<p>Nothing yet.</p>" : articles.join("\n")}
</main>`;
  return renderPage({ title: "The shop: mailbox", main });
}

function withLinks(text: string): string {
  return escapeHtml(text).replace(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`);
}
