import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let staff: SignedInUser;
beforeAll(async () => {
  service = await startUserService();
  staff = await service.signInAs("staff");
});
afterAll(() => service.stop());

const restricted = "email emailVerified phone role addresses { id } sessions { id }";

describe("an account", () => {
  it("shows its public face to anyone, and the rest to its owner and to STAFF", async () => {
    const [owner, other] = [await service.register({ displayName: "Vera" }), await service.register()];
    const document = `query ($id: ID!) { user(id: $id) { id displayName avatarUrl version ${restricted} } }`;
    const hidden = { email: null, emailVerified: null, phone: null, role: null, addresses: null, sessions: null };
    const face = { id: owner.id, displayName: "Vera", avatarUrl: null, version: 1 };
    const shown = {
      ...face,
      email: owner.email,
      emailVerified: false,
      role: "CUSTOMER",
      addresses: [],
      sessions: [{}],
    };
    for (const caller of [{}, other]) {
      const { data } = await service.ask(document, { id: owner.id }, caller);
      expect(data).toEqual({ user: { ...face, ...hidden } });
    }
    for (const caller of [owner, staff]) {
      const { data } = await service.ask(document, { id: owner.id }, caller);
      expect(data).toMatchObject({ user: shown });
    }
  });

  it("that does not exist is null", async () => {
    const document = `query ($id: ID!) { user(id: $id) { id } }`;
    for (const id of ["usr_00000000000000000000000000", "nonsense", "\u0000", ""]) {
      expect(await service.ask(document, { id })).toEqual({ status: 200, data: { user: null } });
    }
  });

  it("is resolved as an entity, under the same rules", async () => {
    const [owner, other] = [await service.register(), await service.register()];
    const document = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id email } } }`;
    const of = [other.id, "usr_00000000000000000000000000", owner.id, other.id].map((id) => ({
      __typename: "User",
      id,
    }));
    const { data } = await service.ask(document, { of }, owner);
    expect(data).toEqual({
      _entities: [
        { id: other.id, email: null },
        null,
        { id: owner.id, email: owner.email },
        { id: other.id, email: null },
      ],
    });
  });
});

describe("the list of users", () => {
  interface Page {
    edges: { cursor: string; node: { id: string; displayName: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  }
  const list = (args: object, caller: object = staff) =>
    service.ask(
      `query ($filter: UserFilter, $first: Int, $after: String) { users(filter: $filter, first: $first, after: $after) {
        edges { cursor node { id displayName } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      args,
      caller,
    );
  const page = async (args: object) => (await list(args)).data?.["users"] as Page;

  it("is read page by page, each user once, also while others register", async () => {
    const registered: string[] = [];
    for (let n = 0; n < 5; n++) registered.push((await service.register({ displayName: "Paging 100%_\\ Sure" })).id);
    const filter = { search: "100%_\\ sURE" };
    const seen: string[] = [];
    let after: string | null = null;
    for (let hasNextPage = true; hasNextPage;) {
      const { edges, pageInfo }: Page = await page({ filter, first: 2, after });
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor });
      seen.push(...edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage } = pageInfo);
      await service.register({ displayName: "Paging 100%_\\ Sure, and later" });
    }
    expect(seen).toEqual([...seen].sort().reverse());
    expect([...seen].sort()).toEqual(registered.sort());
  });

  it("is filtered by role and by part of name or address", async () => {
    const admins = await page({ filter: { role: "ADMIN" } });
    expect(admins.edges.map(({ node }) => node.displayName)).toEqual(["Amina Haddad"]);
    const found = await page({ filter: { search: "STAFF@EXAMPLE", role: "STAFF" } });
    expect(found.edges.map(({ node }) => node.displayName)).toEqual(["Samuel Okafor"]);
    expect((await page({ filter: { search: "nobody%" } })).edges).toEqual([]);
  });

  it.each([
    { first: 0 },
    { first: 101 },
    { after: "nonsense" },
    { after: Buffer.from(`"' OR 1=1 --"`).toString("base64url") },
    { filter: { search: "\u0000" } },
    { filter: { search: "x".repeat(101) } },
  ])("refuses %j", async (args) => {
    expect(await list(args)).toMatchObject({
      data: { users: null },
      errors: [{ extensions: { code: "BAD_USER_INPUT" } }],
    });
  });

  it("is for STAFF", async () => {
    expect((await list({}, {})).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
    expect((await list({}, await service.register())).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });
});

describe("the profile", () => {
  const update = async (input: object, caller: SignedInUser) => {
    const document = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
      user { displayName phone version } errors { code path } } }`;
    return (await service.ask(document, { input }, caller)).data?.["updateProfile"];
  };

  it("changes what is given, clears what is null, and counts its edits", async () => {
    const user = await service.register({ displayName: "Before" });
    expect(await update({ phone: " +49 30 1234 " }, user)).toEqual({
      user: { displayName: "Before", phone: "+49 30 1234", version: 2 },
      errors: [],
    });
    expect(await update({ displayName: "After", phone: null, expectedVersion: 2 }, user)).toEqual({
      user: { displayName: "After", phone: null, version: 3 },
      errors: [],
    });
    expect(await update({ displayName: "After" }, user)).toMatchObject({ user: { version: 3 }, errors: [] });
  });

  it("is left alone by an edit of another version, and by all but one of those at the same time", async () => {
    const user = await service.register({ displayName: "Before" });
    expect(await update({ displayName: "Lost", expectedVersion: 7 }, user)).toEqual({
      user: { displayName: "Before", phone: null, version: 1 },
      errors: [{ code: "VERSION_CONFLICT", path: ["input", "expectedVersion"] }],
    });
    const names = ["One", "Two", "Three"];
    const answers = await Promise.all(names.map((displayName) => update({ displayName, expectedVersion: 1 }, user)));
    expect(answers.filter((answer) => (answer as { errors: unknown[] }).errors.length === 0)).toHaveLength(1);
  });

  it.each([{ displayName: null }, { displayName: "" }, { displayName: "x".repeat(81) }, { displayName: "\u202egnp" }])(
    "refuses %j",
    async (input) => {
      expect(await update(input, await service.register())).toMatchObject({
        errors: [{ code: "INVALID_INPUT", path: ["input", "displayName"] }],
      });
    },
  );
});
