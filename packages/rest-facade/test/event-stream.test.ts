import { type FastifyInstance } from "fastify";
import { type ServedFacade, serveFacade } from "./served";

let app: FastifyInstance;
let answer: ServedFacade["answer"];
beforeEach(async () => {
  ({ app, answer } = await serveFacade());
});
afterEach(() => app.close());

const stream = { url: "/v1/notifications/stream", headers: { accept: "text/event-stream", authorization: "Bearer t" } };

it("tells each event with its cursor as the id, and what ended them", async () => {
  const notification = { id: "ntf_1", cursor: "c1", title: "Paid" };
  answer({ data: { notificationReceived: notification } });
  const { statusCode, headers, body } = await app.inject(stream);
  expect([statusCode, headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(body.split("\n\n")).toEqual([
    "retry: 3000",
    `id: c1\ndata: ${JSON.stringify(notification)}`,
    // An empty id: a browser that comes back begins with what is new.
    'id\nevent: problem\ndata: {"code":"CURSOR_EXPIRED","detail":"Read the list anew."}',
    "",
  ]);
});

it("tells of an event that failed, and goes on", async () => {
  answer({ data: null, errors: [{ message: "No.", extensions: { code: "SERVICE_UNAVAILABLE", traceId: "t" } }] });
  const { body } = await app.inject(stream);
  expect(body).toContain('event: problem\ndata: {"code":"SERVICE_UNAVAILABLE","detail":"No.","traceId":"t"}\n\n');
});

it("is 406 for who takes no stream, and served by GET alone", async () => {
  expect((await app.inject({ ...stream, headers: { accept: "application/json" } })).statusCode).toBe(406);
  const head = await app.inject({ ...stream, method: "HEAD" });
  expect([head.statusCode, head.headers["allow"]]).toEqual([405, "GET, OPTIONS"]);
});
