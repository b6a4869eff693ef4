import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

it("answers its REST routes by itself, as its graph does", async () => {
  const user = await service.register();
  const { data } = await service.ask("{ me { id displayName email role createdAt version } }", {}, user);
  const answer = await service.rest("GET", "/v1/users/me", user);
  expect(answer).toMatchObject({ status: 200, body: data?.["me"] });
  expect(answer.body).toMatchObject({ id: user.id, email: user.email });
});

it("tells a caller without a token of it as a problem", async () => {
  expect(await service.rest("GET", "/v1/users/me")).toMatchObject({
    status: 401,
    mediaType: "application/problem+json",
    body: { status: 401, code: "UNAUTHENTICATED" },
  });
});
