import { isUtf8 } from "node:buffer";
import { type FastifyInstance } from "fastify";

/** A body that cannot be taken, with the HTTP status that says why; the words are whoever's that answers. */
class UnusableBody extends Error {
  constructor(readonly statusCode: 400 | 415) {
    super("The body cannot be read.");
  }
}

const charsetOf = (type: string): string => /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1] ?? "utf-8";

/**
 * Bodies are JSON in UTF-8, as they come: nothing else is guessed at, and nothing is inflated. What a page of another site
 * may send without asking first (a form, plain text) is no JSON and refused here.
 */
export function registerJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
    if (!/^utf-?8$/i.test(charsetOf(type)) || encoding.toLowerCase() !== "identity") {
      done(new UnusableBody(415));
      return;
    }
    if (!isUtf8(body)) {
      done(new UnusableBody(400));
      return;
    }
    void parseJson(request, body.toString("utf8"), done);
  });
}
