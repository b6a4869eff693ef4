import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import Negotiator from "negotiator";
import { sendProblem } from "./problem";

/** Whether a client takes an answer of this type, as its Accept says; without one it takes any. */
export function accepts(accept: string | undefined, type: string): boolean {
  return new Negotiator({ headers: { accept } }).mediaType([type]) !== undefined;
}

/**
 * Answers a path's other methods: OPTIONS with what it serves, any other with 405.
 * @param url the path, as Fastify writes it
 */
export function refuseOtherMethods(app: FastifyInstance, url: string, methods: readonly string[]): void {
  const served = [...methods, "OPTIONS"];
  const allow = served.sort().join(", ");
  app.options(url, (_request, reply) => reply.code(204).header("allow", allow).send());
  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendProblem(reply.header("allow", allow), {
      status: 405,
      code: "METHOD_NOT_ALLOWED",
      detail: `${request.method} is not served here: the header Allow names what is.`,
    });
  const method = app.supportedMethods.filter((one) => !served.includes(one));
  // Before a body is read.
  app.route({ method, url, onRequest: (request, reply) => void refuse(request, reply), handler: refuse });
}
