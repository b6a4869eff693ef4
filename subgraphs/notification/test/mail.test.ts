import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type Mailer } from "@shop/mailer";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { createMailChannel } from "../src/mail/mail-channel";
import { type WaitingMail } from "../src/mail/mail-queue";
import { type Preferences } from "../src/readers";
import { startShop, type TestShop } from "./harness";

describe("notifications by e-mail", () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startShop();
  }, 60_000);
  afterAll(() => shop.stop());

  const prefer =
    "mutation($email: Boolean, $muted: [NotificationKind!]) { updateNotificationPreferences(email: $email, muted: $muted) { errors { code } } }";

  /** Someone with a verified address who wants mail. */
  async function reader(): Promise<{ user: string; address: string }> {
    const user = await shop.newUser();
    const address = `${user}@shop.test`;
    shop.mailAddresses.set(user, address);
    await shop.ask(prefer, { as: user, variables: { email: true } });
    return { user, address };
  }
  const order = (userId: string): events.OrderSnapshot => ({
    ...{ orderId: createId("ord"), number: "K7", userId, status: "PAID", lines: [] },
  });
  const mailsTo = async (address: string) => (await shop.mails()).filter(({ to }) => to === address);
  const sent = (address: string, count: number) =>
    eventually(
      () => mailsTo(address),
      ({ length }) => length >= count,
    );

  it("go to the verified address of who wants them, once for an event however often it comes", async () => {
    const { user, address } = await reader();
    const bought = order(user);
    const records = await shop.publish(events.orderPaid, bought);
    expect(await sent(address, 1)).toMatchObject([{ to: address, subject: "Order K7 is paid" }]);
    await shop.publishAgain(records);
    await shop.publish(events.orderShipped, bought); // behind it in its partition
    const mails = await sent(address, 2);
    expect(mails.map(({ subject }) => subject)).toEqual(["Order K7 is paid", "Order K7 is on its way"]);
    expect(mails[0]?.text).toContain(`https://shop.test/orders/${bought.orderId}\n`);
    expect(mails[0]?.text).toContain("https://shop.test/notifications");
  });

  it("go to nobody who did not ask, has no verified address, or muted the kind", async () => {
    const { user: last, address } = await reader();
    const silent = await shop.newUser();
    shop.mailAddresses.set(silent, `${silent}@shop.test`);
    const { user: unverified, address: notTheirs } = await reader();
    shop.mailAddresses.delete(unverified);
    const { user: muting, address: muted } = await reader();
    await shop.ask(prefer, { as: muting, variables: { muted: ["ORDER_PAID"] } });
    const one = order(last).orderId; // one partition for all
    for (const user of [silent, unverified, muting, last]) {
      await shop.publish(events.orderPaid, { ...order(user), orderId: one });
    }
    await sent(address, 1);
    for (const nobody of [`${silent}@shop.test`, notTheirs, muted]) expect(await mailsTo(nobody)).toEqual([]);
  });

  it("hold what others wrote as text: nothing in it becomes a header or a line of ours", async () => {
    const { user, address } = await reader();
    const displayName = "Eve\r\nBcc: all@shop.test\u202e\n\nhttps://evil.test";
    await shop.publish(events.userRegistered, { userId: user, displayName });
    const [mail] = await sent(address, 1);
    expect(mail?.subject).toBe("Welcome, Eve Bcc: all@shop.test https://evil.test!");
  });
});

describe("a mail that the mail server does not take", () => {
  const log = createLogger("mail.test");
  log.level = "silent";
  const message = { kind: "ORDER_PAID", title: "Order 1 is paid", body: "Thank you!", subject: null } as const;
  const timeout = Object.assign(new Error("Timeout"), { code: "ETIMEDOUT", timeoutType: "SOCKET_TIMEOUT" });
  const busy = Object.assign(new Error("busy"), { responseCode: 451 });
  const away = Object.assign(new Error("connect"), { code: "ESOCKET", syscall: "connect" });

  /** A channel whose queue has no clock: `turn` sends what waits, due or not. */
  function channel(answers: (() => ReturnType<Mailer["send"]>)[]) {
    let waiting: WaitingMail[] = [];
    const told = { sent: 0, lost: 0, preferences: { email: true, muted: [] } as Preferences };
    const mails = createMailChannel({
      queue: {
        add: (mail) => {
          waiting.push(mail);
          return Promise.resolve();
        },
        take: (limit) => Promise.resolve(waiting.splice(0, limit)),
        countLost: () => {
          told.lost++;
          return Promise.resolve();
        },
        figures: () => Promise.resolve({ waiting: waiting.length, lost: told.lost }),
      },
      readers: { preferencesOf: () => Promise.resolve(told.preferences) },
      addressOf: () => Promise.resolve("ada@shop.test"),
      mailer: {
        send: () => {
          told.sent++;
          return (answers.shift() ?? (() => Promise.resolve({ ok: true } as const)))();
        },
      },
      publicUrl: "https://shop.test",
      log,
    });
    const waits = () => waiting.length;
    const age = (ms: number) => {
      waiting = waiting.map((mail) => ({ ...mail, occurredAt: new Date(mail.occurredAt.getTime() - ms) }));
    };
    return {
      told,
      waits,
      age,
      turn: () => mails.send(),
      offer: () => mails.offer("usr_1", { message, occurredAt: new Date() }),
    };
  }

  it.each([
    ["was never reached", away],
    ["refuses it for now", busy],
  ])("is tried again where the server %s", async (_how, error) => {
    const { told, waits, turn, offer } = channel([() => Promise.reject(error)]);
    await offer();
    await turn();
    expect(waits()).toBe(1);
    await turn();
    expect({ ...told, waits: waits() }).toMatchObject({ sent: 2, lost: 0, waits: 0 });
  });

  it.each([
    ["fell silent, and may have it", () => Promise.reject(timeout)],
    ["refuses it for good", () => Promise.resolve({ ok: false, reason: "REFUSED" } as const)],
  ])("is given up, and counted, where the server %s", async (_how, answer) => {
    const { told, waits, turn, offer } = channel([answer]);
    await offer();
    await turn();
    expect({ ...told, waits: waits() }).toMatchObject({ sent: 1, lost: 1, waits: 0 });
  });

  it("is given up after some tries, or when it is old", async () => {
    const stubborn = channel(Array.from({ length: 20 }, () => () => Promise.reject(away)));
    await stubborn.offer();
    for (let turn = 0; turn < 20; turn++) await stubborn.turn();
    expect({ ...stubborn.told, waits: stubborn.waits() }).toMatchObject({ sent: 8, lost: 1, waits: 0 });

    const late = channel([() => Promise.reject(away)]);
    await late.offer();
    await late.turn();
    late.age(2 * 3_600_000);
    await late.turn();
    expect(late.told).toMatchObject({ sent: 1, lost: 1 });
  });

  it("waits for no other turn behind many that go out", async () => {
    const { told, waits, turn, offer } = channel([]);
    for (let number = 0; number < 25; number++) await offer();
    await turn();
    expect({ ...told, waits: waits() }).toMatchObject({ sent: 25, lost: 0, waits: 0 });
  });

  it("is dropped where its user wants none any more", async () => {
    const { told, waits, turn, offer } = channel([]);
    await offer();
    told.preferences = { email: false, muted: [] };
    await turn();
    expect({ ...told, waits: waits() }).toMatchObject({ sent: 0, lost: 0, waits: 0 });
  });
});
