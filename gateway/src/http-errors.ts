import { toClientError } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { type FastifyError, type FastifyInstance } from "fastify";

/** What fails before GraphQL sees it (a body that is too large, no JSON, of another type) answers in GraphQL's shape. */
export function registerHttpErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    const message = messages[status] ?? "This request cannot be read.";
    const code = status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
    return reply
      .code(status < 500 ? status : 500)
      .send({ errors: [toClientError({ message, extensions: { code } }, error, log)] });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({
      errors: [toClientError({ message: "There is nothing here.", extensions: { code: "NOT_FOUND" } }, undefined, log)],
    }),
  );
}

const messages: Readonly<Record<number, string>> = {
  400: "The body of this request is not valid JSON.",
  413: "The body of this request is too large.",
  415: "Send JSON, with the content type application/json.",
};
