import { STATUS_CODES } from "node:http";
import { type Socket } from "node:net";
import { isRestUrl, sendUnreadable } from "@shop/rest-facade";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyServerOptions } from "fastify";
import { type GraphQLFormattedError } from "graphql";
import { type FormatError } from "./client-errors";

const messages: Readonly<Record<number, string>> = {
  400: "This request cannot be read: send JSON in UTF-8.",
  404: "There is nothing here.",
  405: "This method is not served here.",
  406: "Answers are JSON: accept application/json or application/graphql-response+json.",
  408: "The rest of this request did not come in time.",
  413: "The body of this request is too large.",
  414: "The address of this request is too long.",
  415: "Send JSON in UTF-8, with the content type application/json and not compressed.",
  431: "The headers of this request are too large.",
};

/** What is wrong with a request that GraphQL never sees, in GraphQL's shape. */
export function httpError(status: number): GraphQLFormattedError {
  const code = status === 404 ? "NOT_FOUND" : "BAD_REQUEST";
  return { message: messages[status] ?? "This request cannot be read.", extensions: { code } };
}

/** What fails before GraphQL sees it (a body that is too large, no JSON, of another type) answers in GraphQL's shape. */
export function registerHttpErrors(app: FastifyInstance, formatError: FormatError): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ errors: [formatError(httpError(status), error)] });
    const formatted = { message: "", extensions: { code: "INTERNAL_SERVER_ERROR" } };
    return reply.code(500).send({ errors: [formatError(formatted, error)] });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ errors: [formatError(httpError(404), undefined)] }),
  );
}

const statusOfParserError: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** The same for what fails before there is a request to answer: its bytes are no HTTP, too many, or too slow. */
export function unreadableRequests(
  formatError: FormatError,
): Pick<FastifyServerOptions, "clientErrorHandler" | "frameworkErrors"> {
  return {
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => {
      if (error.code === "ECONNRESET" || !socket.writable) {
        socket.destroy();
        return;
      }
      const status = statusOfParserError[error.code ?? ""] ?? 400;
      const body = JSON.stringify({ errors: [formatError(httpError(status), error)] });
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    },
    frameworkErrors: (error, request, untyped) => {
      const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 400;
      const reply = untyped as FastifyReply;
      if (isRestUrl(request.url)) return void sendUnreadable(reply, status);
      void reply.code(status).send({ errors: [formatError(httpError(status), error)] });
    },
  };
}
