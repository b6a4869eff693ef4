import { type FastifyInstance } from "fastify";

const maxAgeSeconds = 600;
const localhost = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Lets pages of the allowed origins, and of no other, call the gateway. Tokens travel in headers, never in cookies. */
export function registerCors(
  app: FastifyInstance,
  allowed: { origins: readonly string[]; anyLocalhost: boolean },
): void {
  const isAllowed = (origin: string): boolean =>
    allowed.origins.includes(origin) || (allowed.anyLocalhost && localhost.test(origin));

  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    void reply.header("vary", "Origin");
    if (origin === undefined || !isAllowed(origin)) return;
    void reply.header("access-control-allow-origin", origin);
    void reply.header("access-control-expose-headers", "retry-after");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return;
    await reply
      .code(204)
      .header("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE")
      .header(
        "access-control-allow-headers",
        request.headers["access-control-request-headers"] ?? "authorization, content-type",
      )
      .header("access-control-max-age", maxAgeSeconds)
      .send();
  });
}
