import { type FastifyInstance } from "fastify";

const maxAgeSeconds = 600;
const localhost = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const usualHeaders = "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id";

/**
 * Lets pages of the allowed origins, and of no other, call this door. Tokens travel in headers, never in cookies: no
 * answer allows credentials, so that a page has of a viewer only what it was given.
 */
export function registerCors(
  app: FastifyInstance,
  allowed: { origins: readonly string[]; anyLocalhost: boolean },
): void {
  const isAllowed = (origin: string): boolean =>
    origin !== "null" && (allowed.origins.includes(origin) || (allowed.anyLocalhost && localhost.test(origin)));

  app.addHook("onRequest", (request, reply, done) => {
    const { origin } = request.headers;
    void reply.header("vary", "Origin, Authorization, Accept");
    if (origin === undefined || !isAllowed(origin)) {
      done();
      return;
    }
    void reply.header("access-control-allow-origin", origin);
    void reply.header("cross-origin-resource-policy", "cross-origin");
    void reply.header("access-control-expose-headers", "retry-after, etag, link, location, www-authenticate");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) {
      done();
      return;
    }
    void reply
      .code(204)
      .header("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
      .header("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE")
      .header("access-control-allow-headers", request.headers["access-control-request-headers"] ?? usualHeaders)
      .header("access-control-max-age", maxAgeSeconds)
      .send();
  });
}
