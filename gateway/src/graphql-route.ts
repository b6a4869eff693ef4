import { type ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { z } from "zod";
import { badRequest } from "./bad-request";
import { type ClientAddress } from "./client-address";
import { type FormatError, formatErrors } from "./client-errors";
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
  readonly httpStreams: HttpStreams;
  readonly formatError: FormatError;
}

const operationBody = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** The first that fits is taken. */
const streamFormats: readonly StreamFormat[] = [serverSentEvents, multipart];

/** GET and POST of GraphQL: one answer, or a stream of them where the client accepts one. */
export function registerGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { authenticate, httpStreams } = options;
  const contextOf = (request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> => {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const { authorization, "user-agent": userAgent } = request.headers;
    const address = options.clientAddress(request.raw);
    return authenticate({ authorization, userAgent, address, signal: gone.signal });
  };
  const answer = fastifyApolloHandler(options.apollo, { context: contextOf });

  const stream = async (format: StreamFormat, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    try {
      const body = operationBody.safeParse(request.body);
      if (!body.success) throw badRequest("The body of an operation is JSON with `query`, a string, in it.");
      const context = await contextOf(request, reply);
      await httpStreams.serve(reply, format, body.data, context);
      return reply;
    } catch (error) {
      if (!(error instanceof GraphQLError) || reply.sent) throw error;
      const { http } = error.extensions as { http?: { status: number } };
      return reply.code(http?.status ?? 503).send({ errors: formatErrors([error], options.formatError) });
    }
  };

  app.get(options.path, answer);
  app.post(options.path, (request, reply) => {
    const format = streamFormats.find(({ accepts }) => accepts(request.headers.accept ?? ""));
    return format === undefined ? answer.call(app, request, reply) : stream(format, request, reply);
  });
}
