import { type ApolloServer } from "@apollo/server";
import { toClientError } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { z } from "zod";
import { badRequest } from "./bad-request";
import { type ClientAddress } from "./client-address";
import { type FormatError, formatErrors } from "./client-errors";
import { httpError } from "./http-errors";
import { isRecord, readOperation, requirePreflight, toApolloRequest } from "./http-operation";
import { type Admission } from "./limits/admission";
import { type OperationTexts } from "./limits/operation-texts";
import { type Authenticate, type RequestContext } from "./request-context";
import { type HttpStreams } from "./subscriptions/http-streams";
import { multipart } from "./subscriptions/multipart";
import { serverSentEvents } from "./subscriptions/server-sent-events";
import { type StreamFormat } from "./subscriptions/stream-format";

export interface GraphqlRouteOptions {
  readonly path: string;
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticate: Authenticate;
  readonly clientAddress: ClientAddress;
  readonly texts: OperationTexts;
  readonly admission: Admission;
  readonly httpStreams: HttpStreams;
  readonly formatError: FormatError;
  readonly log: Logger;
}

const streamedOperation = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** The first that fits is taken. */
const streamFormats: readonly StreamFormat[] = [serverSentEvents, multipart];
const graphqlJson = "application/graphql-response+json";
const acceptsJson = /\*\/\*|application\/(?:json|graphql-response\+json|\*)/i;

/** GET and POST of GraphQL: one answer, or a stream of them where the client accepts one. */
export function registerGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { path, apollo, authenticate, texts, admission, httpStreams, log } = options;

  const contextOf = (request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> => {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const { authorization, "user-agent": userAgent } = request.headers;
    const address = options.clientAddress(request.raw);
    return authenticate({ authorization, userAgent, address, signal: gone.signal });
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const context = await contextOf(request, reply);
    const operation = readOperation(request);
    const query = texts.resolve(operation);
    const { variables } = operation;
    admission.admit({ query, variables: isRecord(variables) ? variables : undefined });
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApolloRequest(request, operation, query),
      context: () => Promise.resolve(context),
    });
    if (body.kind !== "complete") throw new Error("Incremental delivery is not offered.");
    for (const [name, value] of headers) void reply.header(name, value);
    return reply.code(status ?? 200).send(body.string);
  };

  const stream = async (format: StreamFormat, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const operation = streamedOperation.safeParse(readOperation(request));
    if (!operation.success) throw badRequest("An operation is JSON with `query`, a string, in it.");
    const context = await contextOf(request, reply);
    await httpStreams.serve(reply, format, operation.data, context);
  };

  const refuse = (reply: FastifyReply, error: GraphQLError): FastifyReply => {
    const { http } = error.extensions as { http?: { status?: number; headers?: ReadonlyMap<string, string> } };
    for (const [name, value] of http?.headers ?? []) void reply.header(name, value);
    const body = JSON.stringify({ errors: formatErrors([error], options.formatError) });
    const type = reply.request.headers.accept?.includes(graphqlJson) === true ? graphqlJson : "application/json";
    return reply
      .code(http?.status ?? 503)
      .type(`${type}; charset=utf-8`)
      .send(body);
  };
  const refuseHttp = (reply: FastifyReply, status: number): FastifyReply =>
    reply.code(status).send({ errors: [toClientError(httpError(status), undefined, log)] });

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { accept = "*/*" } = request.headers;
    const format = streamFormats.find(({ accepts }) => accepts(accept));
    // Before anything runs, rather than when there is an answer that nobody takes.
    if (format === undefined && !acceptsJson.test(accept)) return refuseHttp(reply, 406);
    try {
      requirePreflight(request);
      await (format === undefined ? answer(request, reply) : stream(format, request, reply));
      return undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError) || reply.sent) throw error;
      return refuse(reply, error);
    }
  };

  app.route({ method: ["GET", "POST"], url: path, exposeHeadRoute: false, handler: serve });
  app.route({
    method: app.supportedMethods.filter((method) => !["GET", "POST", "OPTIONS"].includes(method)),
    url: path,
    handler: (_request, reply) => refuseHttp(reply.header("allow", "GET, POST, OPTIONS"), 405),
  });
  app.options(path, (_request, reply) => reply.code(204).header("allow", "GET, POST, OPTIONS").send());
}
