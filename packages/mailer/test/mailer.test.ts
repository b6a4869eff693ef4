import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { createMailbox, createMailer, type Mail } from "../src";

const mail: Mail = { to: "jo@example.org", subject: "Grüße", text: "A line.\n\nhttps://shop.test/#token=abc\n" };
const from = "The shop <shop@shop.test>";
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "mailbox-")), "mail");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

describe("the mailbox", () => {
  it("keeps what would have been sent, for its owner alone", async () => {
    const mailer = createMailer({ from, smtpUrl: undefined, mailboxDir: folder });
    const mailbox = createMailbox(folder);
    expect(await mailbox.list()).toEqual([]);
    await mailer.send(mail);
    await mailbox.send({ ...mail, subject: "Another" });
    expect((await mailbox.list()).map(({ subject }) => subject).sort()).toEqual(["Another", "Grüße"]);
    expect(await mailbox.list()).toContainEqual({ ...mail, at: expect.any(String) as string });
    const files = await readdir(folder);
    const modes = await Promise.all([folder, ...files.map((name) => join(folder, name))].map(async (p) => stat(p)));
    expect(modes.every(({ mode }) => (mode & 0o077) === 0)).toBe(true);
  });

  it("keeps the last hundred, and passes over what is not a mail", async () => {
    const mailbox = createMailbox(folder);
    for (let count = 0; count < 105; count++) await mailbox.send({ ...mail, subject: `${count}` });
    expect(await readdir(folder)).toHaveLength(100);
    await writeFile(join(folder, "9999.json"), '{"to":');
    await writeFile(join(folder, "9999.json.part"), "half");
    expect(await mailbox.list()).toHaveLength(99);
  });
});

describe("SMTP", () => {
  const servers: SMTPServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
  });

  async function serve(options: SMTPServerOptions): Promise<ReturnType<typeof createMailer>> {
    const server = new SMTPServer({ authOptional: true, disabledCommands: ["STARTTLS"], ...options });
    servers.push(server);
    const listener = server.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    return createMailer({ from, smtpUrl: `smtp://127.0.0.1:${port}`, mailboxDir: folder });
  }

  const answer = (responseCode: number) => Object.assign(new Error("no"), { responseCode });

  it("hands a mail over, to one address alone", async () => {
    const received: { to: string[]; message: string }[] = [];
    const mailer = await serve({
      onData: (stream, { envelope }, done) => {
        void text(stream).then((message) => {
          received.push({ to: envelope.rcptTo.map(({ address }) => address), message });
          done();
        });
      },
    });
    expect(await mailer.send(mail)).toEqual({ ok: true });
    expect(received).toMatchObject([{ to: ["jo@example.org"] }]);
    expect(received[0]?.message).toContain("From: The shop <shop@shop.test>");
    expect(received[0]?.message).toContain("https://shop.test/#token=abc");
  });

  it.each([
    ["the address", { onRcptTo: (_address, _session, done) => done(answer(550)) }],
    ["the content", { onData: (stream, _session, done) => void stream.resume().on("end", () => done(answer(554))) }],
  ] satisfies [string, SMTPServerOptions][])("tells that %s is refused for good", async (_what, options) => {
    const mailer = await serve(options);
    expect(await mailer.send(mail)).toEqual({ ok: false, reason: "REFUSED" });
  });

  it.each([
    ["is busy", { onRcptTo: (_address, _session, done) => done(answer(451)) }],
    ["does not let us in", { onMailFrom: (_address, _session, done) => done(answer(550)) }],
    ["hangs up", { onConnect: (_session, done) => done(answer(421)) }],
  ] satisfies [string, SMTPServerOptions][])(
    "throws where the server %s: another time it may",
    async (_what, options) => {
      const mailer = await serve(options);
      await expect(mailer.send(mail)).rejects.toThrow();
    },
  );
});
