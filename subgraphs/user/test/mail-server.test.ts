import { once } from "node:events";
import { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { eventually } from "@shop/subgraph-server/testing";
import { SMTPServer } from "smtp-server";
import { startUserService, type TestUserService } from "./user-service";

// Takes no mail at first, as one that is busy.
const received: { to: string | undefined; message: string }[] = [];
let isBusy = true;
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onRcptTo: (_address, _session, done) =>
    done(isBusy ? Object.assign(new Error("later"), { responseCode: 451 }) : null),
  onData: (stream, { envelope }, done) => {
    void text(stream).then((message) => {
      received.push({ to: envelope.rcptTo[0]?.address, message });
      done();
    });
  },
});
let service: TestUserService;

beforeAll(async () => {
  const listener = server.listen(0, "127.0.0.1");
  await once(listener, "listening");
  service = await startUserService({ smtpUrl: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await service.stop();
  await new Promise<void>((resolve) => server.close(resolve));
});

it("sends when the mail server takes it again, what was asked for meanwhile, once", async () => {
  const user = await service.register();
  const asked = await service.ask(`mutation { requestPasswordReset(email: "${user.email}") { accepted } }`);
  expect(asked.data).toEqual({ requestPasswordReset: { accepted: true } });
  await eventually(
    () => service.sql("SELECT 1 FROM mailed_links WHERE tries > 0 AND next_try_at < now() + interval '30 s'", []),
    (postponed) => postponed.length === 1,
  );
  isBusy = false;
  await service.sql("UPDATE mailed_links SET next_try_at = now()", []);
  await eventually(
    () => service.sql("SELECT 1 FROM mailed_links WHERE settled_at IS NOT NULL", []),
    (settled) => settled.length === 1,
  );
  expect(received).toMatchObject([{ to: user.email }]);
  expect(received[0]?.message).toContain("https://shop.test/reset-password#token=");
});
