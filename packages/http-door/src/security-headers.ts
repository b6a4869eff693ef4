import { createHash } from "node:crypto";
import { type FastifyInstance } from "fastify";

const ofEveryAnswer = {
  "cache-control": "private, no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};
const noPage = ofEveryAnswer["content-security-policy"];
/** A year; browsers heed it over TLS alone. */
const transportSecurity = { "strict-transport-security": "max-age=31536000; includeSubDomains" };

/**
 * Answers are private unless something says otherwise, and are neither framed, sniffed nor run. A page may run the scripts
 * that are written in it, and talk to its own host. Register it before what says otherwise.
 * @param options.overTls whether clients come over TLS, and are to come by nothing else
 */
export function registerSecurityHeaders(app: FastifyInstance, { overTls = false } = {}): void {
  const headers = { ...ofEveryAnswer, ...(overTls ? transportSecurity : {}) };
  const policies = new Map<string, string>();

  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    const { url = "" } = request.routeOptions;
    const isPage = typeof payload === "string" && String(reply.getHeader("content-type")).startsWith("text/html");
    // One that needs more than most has said so itself.
    if (isPage && reply.getHeader("content-security-policy") === noPage) {
      const policy = policies.get(url) ?? pagePolicy(payload);
      policies.set(url, policy); // a page is the same for everyone
      void reply.header("content-security-policy", policy);
    }
    done(null, payload);
  });
}

/** @param hosts others whose scripts it may run too, and whose pages it may frame */
export function pagePolicy(page: string, hosts?: { readonly scripts: string; readonly frames: string }): string {
  const scripts = [...page.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/gi)].flatMap(([, script = ""]) =>
    script.trim() === "" ? [] : `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${[...scripts, ...(hosts ? [hosts.scripts] : [])].join(" ")}`,
    ...(hosts ? [`frame-src ${hosts.frames}`] : []),
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src data:",
    "connect-src 'self' ws: wss:",
    "worker-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
