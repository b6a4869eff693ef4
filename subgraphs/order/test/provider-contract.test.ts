// What the order service may rely on, of every provider alike: of the sandbox as it runs, of Stripe as it was recorded
// (test/stripe/recordings.ts says where from).
import { eventually } from "@shop/subgraph-server/testing";
import { type ProviderOutcome } from "../src/payment-provider";
import { doors, type OpenDoor } from "./provider-doors";

const amount = { amountMinor: 500, currency: "EUR" };
const failed = (failureCode: string) => ({ status: "FAILED", failureCode });

/** @returns the provider's reference */
function succeeded(outcome: ProviderOutcome | null): string {
  if (outcome?.status !== "SUCCEEDED") throw new Error(JSON.stringify(outcome));
  return outcome.reference;
}

describe.each(doors)("the $name provider", (door) => {
  const { tokens } = door;
  let open: OpenDoor;
  beforeEach(async () => {
    open = await door.open(expect.getState().currentTestName?.split(" provider ")[1] ?? "");
  });
  afterEach(() => open.close());

  const authorize = (token: string, key = "pay-1") => open.provider.authorize({ key, amount, token });
  const find = (key = "pay-1") => open.provider.find({ key, amount });
  const refund = (authorization: string, key: string, amountMinor: number) =>
    open.provider.refund({ key, authorization, amount: { ...amount, amountMinor } });

  it("holds money once per key", async () => {
    const first = await authorize(tokens.ok);
    expect(first).toEqual({ status: "SUCCEEDED", reference: expect.any(String) as string });
    expect(await authorize(tokens.ok)).toEqual(first);
  });

  it("declines, and declines again", async () => {
    expect(await authorize(tokens.declined)).toEqual(failed("card_declined"));
    expect(await authorize(tokens.declined)).toEqual(failed("card_declined"));
    expect(await find()).toEqual(failed("card_declined"));
  });

  it("tells of insufficient funds", async () => {
    expect(await authorize(tokens.insufficientFunds)).toEqual(failed("insufficient_funds"));
  });

  it("refuses a token that is none", async () => {
    expect(await authorize(tokens.none)).toEqual(failed("invalid_token"));
  });

  it("does not know what came of it where the answer is lost, and charged once", async () => {
    expect(await authorize(tokens.lostAnswer)).toMatchObject({ status: "UNKNOWN" });
    const found = await find();
    succeeded(found);
    expect(await authorize(tokens.lostAnswer)).toEqual(found);
  });

  it("is PENDING until it is settled", async () => {
    expect(await authorize(tokens.pending)).toEqual({ status: "PENDING" });
    succeeded(await eventually(find, (outcome) => outcome?.status !== "PENDING"));
  });

  it("knows of nothing that was not begun", async () => {
    expect(await find()).toBeNull();
  });

  it("captures once, however often it is asked", async () => {
    const authorization = succeeded(await authorize(tokens.ok));
    const first = await open.provider.capture({ key: "capture-1", authorization });
    succeeded(first);
    expect(await open.provider.capture({ key: "capture-1", authorization })).toEqual(first);
    succeeded(await open.provider.capture({ key: "capture-2", authorization }));
  });

  it("lets go of what it holds, and captures it no more", async () => {
    const authorization = succeeded(await authorize(tokens.ok));
    const first = await open.provider.void({ key: "void-1", authorization });
    succeeded(first);
    expect(await open.provider.void({ key: "void-1", authorization })).toEqual(first);
    succeeded(await open.provider.void({ key: "void-2", authorization }));
    expect(await open.provider.capture({ key: "capture-1", authorization })).toEqual(failed("authorization_gone"));
  });

  it("does not let go of what was captured", async () => {
    const authorization = succeeded(await authorize(tokens.ok));
    succeeded(await open.provider.capture({ key: "capture-1", authorization }));
    expect(await open.provider.void({ key: "void-1", authorization })).toEqual(failed("already_captured"));
  });

  it("gives back in parts, each once", async () => {
    const authorization = succeeded(await authorize(tokens.ok));
    succeeded(await open.provider.capture({ key: "capture-1", authorization }));
    const first = await refund(authorization, "refund-1", 300);
    expect(await refund(authorization, "refund-1", 300)).toEqual(first);
    expect(succeeded(await refund(authorization, "refund-2", 200))).not.toBe(succeeded(first));
  });

  it("gives back no more than was captured", async () => {
    const authorization = succeeded(await authorize(tokens.ok));
    succeeded(await open.provider.capture({ key: "capture-1", authorization }));
    succeeded(await refund(authorization, "refund-1", 300));
    expect(await refund(authorization, "refund-2", 201)).toEqual(failed("amount_refused"));
  });

  it("refuses what is asked of an authorization that there is none of", async () => {
    const authorization = "pi_of_nobody";
    expect(await open.provider.capture({ key: "capture-1", authorization })).toEqual(failed("authorization_gone"));
    expect(await open.provider.void({ key: "void-1", authorization })).toEqual(failed("authorization_gone"));
  });

  it("takes a key for one request alone", async () => {
    succeeded(await authorize(tokens.ok));
    const other = { key: "pay-1", amount: { ...amount, amountMinor: 501 }, token: tokens.ok };
    await expect(open.provider.authorize(other)).rejects.toThrow();
  });

  it("knows nothing where the provider cannot be reached", async () => {
    const { unreachable } = open;
    const known = { key: "pay-1", authorization: "pi_1" };
    const outcomes = await Promise.all([
      unreachable.authorize({ key: "pay-1", amount, token: tokens.ok }),
      unreachable.find({ key: "pay-1", amount }),
      unreachable.capture(known),
      unreachable.void(known),
      unreachable.refund({ ...known, amount }),
    ]);
    expect(outcomes.map((outcome) => outcome?.status)).toEqual(Array(5).fill("UNKNOWN"));
  });

  describe("reads a webhook", () => {
    const read = (body: string, headers: Record<string, string>) =>
      open.provider.readWebhook(headers, Buffer.from(body));
    const body = door.webhook("pay-1");
    const minuteMs = 60_000;

    it("and its key, as often as it comes", () => {
      const headers = door.sign(body, Date.now() - minuteMs);
      expect(read(body, headers)).toEqual({ authentic: true, key: "pay-1" });
      expect(read(body, headers)).toEqual({ authentic: true, key: "pay-1" });
    });

    it("and takes it for forged by its signature, its bytes or its age", () => {
      const now = Date.now();
      const forged = { authentic: false };
      expect(read(body, door.sign(body, now, "another-secret-than-ours"))).toEqual(forged);
      expect(read(`${body} `, door.sign(body, now))).toEqual(forged);
      expect(read(body, door.sign(body, now - 6 * minuteMs))).toEqual(forged);
      expect(read(body, {})).toEqual(forged);
      expect(read("{", door.sign("{", now))).toEqual(forged);
    });
  });
});
