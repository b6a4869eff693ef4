import { type ApolloServer } from "@apollo/server";
import { spanOf } from "@shop/telemetry";
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { z } from "zod";
import { createAbortNotifier } from "./abort-notice";
import { badRequest } from "./bad-request";
import { type ClientAddress } from "./client-address";
import { type FormatError, formatErrors } from "./client-errors";
import { httpError } from "./http-errors";
import { isRecord, negotiateType, readOperation, requirePreflight, toApolloRequest } from "./http-operation";
import { type Admission } from "./limits/admission";
import { type OperationTexts } from "./limits/operation-texts";
import { createRepeatedAnswer } from "./repeated-answer";
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
}

const streamedOperation = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** The first that fits is taken. */
const streamFormats: readonly StreamFormat[] = [serverSentEvents, multipart];

/** GET and POST of GraphQL: one answer, or a stream of them where the client accepts one. */
export function registerGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { path, apollo, authenticate, texts, admission, httpStreams } = options;
  const toPayload = createRepeatedAnswer();

  const contextOf = (request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> => {
    const gone = createAbortNotifier();
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const { authorization, "user-agent": userAgent } = request.headers;
    const address = options.clientAddress(request.raw);
    return authenticate({ authorization, userAgent, address, signal: gone, span: spanOf(request.raw) });
  };

  const answer = async (type: string, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const context = contextOf(request, reply);
    const isAnonymous = (await context).authorization === undefined; // and so may share its answer
    const operation = readOperation(request);
    const { variables } = operation;
    const query = texts.resolve(operation);
    admission.admit({ query, variables: isRecord(variables) ? variables : undefined });
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApolloRequest(request, operation, query),
      context: () => context,
    });
    if (body.kind !== "complete") throw new Error("Incremental delivery is not offered.");
    for (const [name, value] of headers) void reply.header(name, value);
    void reply
      .code(status ?? 200)
      .header("content-type", type)
      .send(isAnonymous ? toPayload(body.string) : body.string);
  };

  const stream = async (format: StreamFormat, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const operation = streamedOperation.safeParse(readOperation(request));
    if (!operation.success) throw badRequest("An operation is JSON with `query`, a string, in it.");
    const context = await contextOf(request, reply);
    await httpStreams.serve(reply, format, operation.data, context);
  };

  const refuse = (reply: FastifyReply, type: string | undefined, error: GraphQLError): void => {
    const { http } = error.extensions as { http?: { status?: number; headers?: ReadonlyMap<string, string> } };
    for (const [name, value] of http?.headers ?? []) void reply.header(name, value);
    void reply
      .code(http?.status ?? 503)
      .type(type ?? "application/json; charset=utf-8")
      .send(JSON.stringify({ errors: formatErrors([error], options.formatError, spanOf(reply.request.raw)) }));
  };
  const refuseHttp = (reply: FastifyReply, status: number): FastifyReply =>
    reply.code(status).send({ errors: [options.formatError(httpError(status), undefined)] });

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { accept } = request.headers;
    const type = negotiateType(accept);
    const format = accept && streamFormats.find(({ accepts }) => accepts(accept));
    try {
      requirePreflight(request);
      if (format) await stream(format, request, reply);
      else if (type !== undefined) await answer(type, request, reply);
      else await refuseHttp(reply, 406); // before anything runs, rather than when nobody takes the answer
    } catch (error) {
      if (!(error instanceof GraphQLError) || reply.sent) throw error;
      refuse(reply, type, error);
    }
    return reply;
  };

  app.route({ method: ["GET", "POST"], url: path, exposeHeadRoute: false, handler: serve });
  app.route({
    method: app.supportedMethods.filter((method) => !["GET", "POST", "OPTIONS"].includes(method)),
    url: path,
    handler: (_request, reply) => refuseHttp(reply.header("allow", "GET, POST, OPTIONS"), 405),
  });
  app.options(path, (_request, reply) => reply.code(204).header("allow", "GET, POST, OPTIONS").send());
}
