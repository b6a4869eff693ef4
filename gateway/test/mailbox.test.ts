import { type KeptMail } from "@shop/mailer";
import { fastify } from "fastify";
import { registerMailboxPage } from "../src/pages/mailbox";

const mail: KeptMail = {
  to: "jo@example.org",
  subject: `<script>alert("1")</script>`,
  text: `Here:\n\nhttps://shop.test/reset-password#token=abc\n\n"><img src=x onerror=alert(2)>\n`,
  at: "2026-11-22T17:00:00.000Z",
};

async function show(mails: KeptMail[], host: string) {
  const app = fastify();
  registerMailboxPage(app, { list: () => Promise.resolve(mails) });
  return app.inject({ url: "/mailbox", headers: { host } });
}

it.each(["localhost:8085", "127.0.0.1:8085", "[::1]:8085"])("shows at %s what would have been sent", async (host) => {
  const { statusCode, body } = await show([mail], host);
  expect(statusCode).toBe(200);
  expect(body).toContain(
    '<a href="https://shop.test/reset-password#token=abc">https://shop.test/reset-password#token=abc</a>',
  );
  expect(body).not.toMatch(/<script|<img/);
});

it("says that there is none", async () => {
  expect((await show([], "localhost")).body).toContain("Nothing yet.");
});

it.each(["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])("is not there for %s", async (host) => {
  const { statusCode, body } = await show([mail], host);
  expect(statusCode).toBe(404);
  expect(body).not.toContain("token=");
});
