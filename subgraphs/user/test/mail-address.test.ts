import { type KeyObject } from "node:crypto";
import { createServiceCredentials, serviceCredentialHeader } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import { createId } from "@shop/ids";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

async function addressOf(userId: string, as?: { caller: string; key: KeyObject }, accessToken = "") {
  const response = await fetch(`${service.origin}/internal/users/${userId}/mail-address`, {
    headers: {
      ...(as && { [serviceCredentialHeader]: await createServiceCredentials(as)("user") }),
      ...(accessToken !== "" && { authorization: `Bearer ${accessToken}` }),
    },
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

const notification = { caller: "notification", key: testServiceKeys.notification.privateKey };
const gateway = { caller: "gateway", key: testServiceKeys.gateway.privateKey };

it("tells the notification service a verified address, and no other", async () => {
  const { id, email } = await service.register();
  expect(await addressOf(id, notification)).toEqual({ status: 200, body: { email: null } });
  await service.sql("UPDATE users SET email_verified_at = now() WHERE id = $1", [id]);
  expect(await addressOf(id, notification)).toEqual({ status: 200, body: { email } });
  for (const nobody of [createId("usr"), "usr_1", "%27%20OR%201=1"]) {
    expect(await addressOf(nobody, notification)).toEqual({ status: 200, body: { email: null } });
  }
});

it("is not there for anybody else: not for the user, staff, the gateway, or a forged credential", async () => {
  const { id, accessToken } = await service.register();
  await service.sql("UPDATE users SET email_verified_at = now() WHERE id = $1", [id]);
  const admin = await service.signInAs("admin");
  const answers = [
    await addressOf(id),
    await addressOf(id, undefined, accessToken),
    await addressOf(id, undefined, admin.accessToken),
    await addressOf(id, gateway),
    await addressOf(id, { ...gateway, caller: "notification" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
});
