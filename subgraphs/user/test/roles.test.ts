import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let admin: SignedInUser;
let staff: SignedInUser;
beforeAll(async () => {
  service = await startUserService();
  [admin, staff] = [await service.signInAs("admin"), await service.signInAs("staff")];
});
afterAll(() => service.stop());

const setRole = (userId: string, role: string, caller: object = admin) =>
  service.ask(
    `mutation ($id: ID!, $role: Role!) { setUserRole(userId: $id, role: $role) {
      user { id role version } errors { code path } } }`,
    { id: userId, role },
    caller,
  );
const readLog = async (filter: object, page: object = {}) => {
  const document = `query ($filter: AuditFilter, $first: Int, $after: String) {
    auditLog(filter: $filter, first: $first, after: $after) {
      edges { node { action targetId actor { id displayName } before after } } pageInfo { endCursor hasNextPage } } }`;
  const { data } = await service.ask(document, { filter, ...page }, admin);
  return data?.["auditLog"] as { edges: { node: object }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
};

it("gives a role, which counts from the next sign-in, and notes who gave it", async () => {
  const user = await service.register();
  const { data } = await setRole(user.id, "STAFF");
  expect(data).toEqual({ setUserRole: { user: { id: user.id, role: "STAFF", version: 2 }, errors: [] } });
  const promoted = await service.signIn(user.email, user.password);
  const { errors } = await service.ask("{ users { edges { cursor } } }", {}, promoted);
  expect(errors).toBeUndefined();
  const { edges } = await readLog({ targetId: user.id });
  expect(edges).toEqual([
    {
      node: {
        action: "user.role-changed",
        targetId: user.id,
        actor: { id: admin.id, displayName: "Amina Haddad" },
        before: `{"role":"CUSTOMER"}`,
        after: `{"role":"STAFF"}`,
      },
    },
  ]);
});

it("notes nothing where nothing changes", async () => {
  const user = await service.register();
  expect((await setRole(user.id, "CUSTOMER")).data).toMatchObject({
    setUserRole: { user: { version: 1 }, errors: [] },
  });
  expect((await readLog({ targetId: user.id })).edges).toEqual([]);
});

it("is for an ADMIN, and not for their own role", async () => {
  const user = await service.register();
  expect((await setRole(user.id, "ADMIN", user)).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  expect((await setRole(user.id, "ADMIN", staff)).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  expect((await setRole(user.id, "ADMIN", {})).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  expect((await setRole(admin.id, "CUSTOMER")).data).toMatchObject({
    setUserRole: { user: { role: "ADMIN" }, errors: [{ code: "INVALID_INPUT", path: ["userId"] }] },
  });
});

it("finds nobody where there is nobody", async () => {
  for (const id of ["usr_00000000000000000000000000", "\u0000"]) {
    expect((await setRole(id, "STAFF")).data).toEqual({
      setUserRole: { user: null, errors: [{ code: "NOT_FOUND", path: ["userId"] }] },
    });
  }
});

it("lists the log page by page, filtered, to an ADMIN alone", async () => {
  const user = await service.register();
  for (const role of ["STAFF", "CUSTOMER", "STAFF"]) await setRole(user.id, role);
  const filter = { actorId: admin.id, targetId: user.id, action: "user.role-changed", since: new Date(0) };
  const first = await readLog(filter, { first: 2 });
  expect(first.edges).toMatchObject([
    { node: { after: `{"role":"STAFF"}` } },
    { node: { after: `{"role":"CUSTOMER"}` } },
  ]);
  const second = await readLog(filter, { first: 2, after: first.pageInfo.endCursor });
  expect(second).toMatchObject({
    edges: [{ node: { before: `{"role":"CUSTOMER"}` } }],
    pageInfo: { hasNextPage: false },
  });
  expect((await readLog({ ...filter, since: new Date(Date.now() + 60_000) })).edges).toEqual([]);
  const { errors } = await service.ask("{ auditLog { edges { cursor } } }", {}, staff);
  expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
});
