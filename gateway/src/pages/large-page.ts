import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pagePolicy } from "@shop/http-door";
import { entityTagOf, isKnown } from "@shop/rest-facade";
import { type FastifyInstance } from "fastify";

const compress = promisify(gzip);
const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

/**
 * Serves a page of megabytes, the same to everyone: compressed where the browser takes that, and only once to a browser that
 * still has it.
 * @param render called when someone first asks
 */
export function registerLargePage(app: FastifyInstance, path: string, render: () => Promise<string>): void {
  let prepared: ReturnType<typeof prepare> | undefined;

  app.get(path, async ({ headers }, reply) => {
    const { tag, policy, whole, compressed } = await (prepared ??= prepare(render));
    void reply.headers({
      "cache-control": "private, no-cache", // kept, and asked for anew by its tag
      "content-security-policy": policy,
      etag: `W/${tag}`,
      vary: "Origin, Accept-Encoding",
    });
    if (isKnown(tag, headers["if-none-match"])) return reply.code(304).send();
    void reply.type("text/html; charset=utf-8");
    if (!takesGzip.test(headers["accept-encoding"] ?? "")) return reply.send(whole);
    return reply.header("content-encoding", "gzip").send(compressed);
  });
}

async function prepare(render: () => Promise<string>) {
  const page = await render();
  const whole = Buffer.from(page);
  return { tag: entityTagOf(page, null), policy: pagePolicy(page), whole, compressed: await compress(whole) };
}
