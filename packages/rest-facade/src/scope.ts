import { registerJsonBodies } from "@shop/http-door";
import { type Logger } from "@shop/telemetry";
import { type FastifyError, type FastifyInstance } from "fastify";
import { sendProblem, sendUnreadable } from "./problem";

/** What fails in these routes answers as a problem, whatever it was. */
export function answerProblems(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { statusCode: status = 500 } = error;
    if (status < 500) return sendUnreadable(reply, status);
    log.error({ err: error }, "a REST route failed");
    return sendProblem(reply, { status: 500, code: "INTERNAL_SERVER_ERROR", detail: "Something went wrong here." });
  });
}

/** The same bodies whoever hosts the routes: JSON, or none, whatever type is said of what is empty. */
export function takeJsonAlone(app: FastifyInstance): void {
  registerJsonBodies(app);
  app.addHook("onRequest", ({ headers }, _reply, done) => {
    const { "content-length": length = "0", "transfer-encoding": encoding } = headers;
    if (length === "0" && encoding === undefined) delete headers["content-type"];
    done();
  });
}
