import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

interface Address {
  id: string;
  isDefault: boolean;
  [field: string]: unknown;
}
interface AddressPayload {
  address: Address | null;
  user: { addresses: Address[] };
  errors: { code: string; path: string[] }[];
}

const home = { recipient: "Jo", line1: "Main Street 1", city: "Berlin", postalCode: "10115", countryCode: "DE" };
const fields = `address { id label recipient line1 line2 countryCode isDefault }
  user { addresses { id isDefault } } errors { code path }`;
let keys = 0;

async function save(user: SignedInUser, input: object): Promise<AddressPayload> {
  const document = `mutation ($input: AddressInput!) { saveAddress(input: $input) { ${fields} } }`;
  const { data } = await service.ask(document, { input: { idempotencyKey: `key-${++keys}`, ...home, ...input } }, user);
  return data?.["saveAddress"] as AddressPayload;
}
async function remove(user: SignedInUser, id: string): Promise<AddressPayload> {
  const document = `mutation ($id: ID!) { removeAddress(id: $id) { ${fields} } }`;
  const { data } = await service.ask(document, { id }, user);
  return data?.["removeAddress"] as AddressPayload;
}
const idOf = ({ address }: AddressPayload) => address?.id ?? "";

it("adds an address, changes what is given and clears what is null", async () => {
  const user = await service.register();
  const added = await save(user, { label: "Home", line2: "3rd floor", countryCode: "de" });
  expect(added).toMatchObject({ address: { label: "Home", line2: "3rd floor", countryCode: "DE", isDefault: true } });
  const changed = await save(user, { id: idOf(added), recipient: "Jo Doe", line2: null });
  expect(changed).toMatchObject({ address: { label: "Home", recipient: "Jo Doe", line2: null }, errors: [] });
  expect(changed.user.addresses).toEqual([{ id: idOf(added), isDefault: true }]);
});

it("leaves alone what a change does not name, be it null where nothing can be cleared", async () => {
  const user = await service.register();
  const all = { label: "Home", line2: "3rd floor", region: "Berlin", phone: "+49 30 1234" };
  const id = idOf(await save(user, all));
  const document = `mutation ($input: AddressInput!) { saveAddress(input: $input) {
    address { label line2 region phone isDefault } errors { code } } }`;
  const change = async (input: object) =>
    (await service.ask(document, { input: { id, ...home, ...input } }, user)).data?.["saveAddress"];
  expect(await change({ isDefault: null })).toEqual({ address: { ...all, isDefault: true }, errors: [] });
  const none = { label: null, line2: null, region: null, phone: null };
  expect(await change(none)).toEqual({ address: { ...none, isDefault: true }, errors: [] });
  const { errors } = await service.ask(document, { input: { id, ...home, city: null } }, user);
  expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
});

describe("the idempotency key", () => {
  it("makes a retry safe, also at the same time", async () => {
    const user = await service.register();
    const answers = await Promise.all([1, 2, 3, 4].map(() => save(user, { idempotencyKey: "the same" })));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(answers[0]?.user.addresses).toHaveLength(1);
  });

  it("is refused with another input, and is each user's own", async () => {
    const [user, other] = [await service.register(), await service.register()];
    await save(user, { idempotencyKey: "mine" });
    expect(await save(user, { idempotencyKey: "mine", city: "Paris" })).toMatchObject({
      address: null,
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["input", "idempotencyKey"] }],
    });
    expect((await save(other, { idempotencyKey: "mine", city: "Paris" })).errors).toEqual([]);
  });

  it("makes nothing anew once what it made is removed", async () => {
    const user = await service.register();
    const added = await save(user, { idempotencyKey: "again" });
    await remove(user, idOf(added));
    expect(await save(user, { idempotencyKey: "again" })).toEqual({
      address: null,
      user: { addresses: [] },
      errors: [],
    });
  });

  it.each([null, "", "x".repeat(129)])("is required without an id: %j", async (idempotencyKey) => {
    expect(await save(await service.register(), { idempotencyKey })).toMatchObject({
      address: null,
      errors: [{ code: "INVALID_INPUT", path: ["input", "idempotencyKey"] }],
    });
  });
});

describe("the default", () => {
  it("is the first, then whichever asks for it, then the oldest that is left", async () => {
    const user = await service.register();
    const [first, second] = [idOf(await save(user, {})), idOf(await save(user, {}))];
    const third = await save(user, { isDefault: true });
    expect(third.user.addresses.filter(({ isDefault }) => isDefault)).toEqual([{ id: idOf(third), isDefault: true }]);
    const removed = await remove(user, idOf(third));
    expect(removed).toMatchObject({ address: { id: idOf(third) }, errors: [] });
    const [oldest] = [first, second].sort();
    expect(removed.user.addresses.filter(({ isDefault }) => isDefault)).toEqual([{ id: oldest, isDefault: true }]);
  });

  it("is handed on by the one that gives it up, unless it is alone", async () => {
    const user = await service.register();
    const first = idOf(await save(user, {}));
    expect((await save(user, { id: first, isDefault: false })).address?.isDefault).toBe(true);
    const second = idOf(await save(user, {}));
    const { user: after } = await save(user, { id: first, isDefault: false });
    expect(after.addresses.find(({ isDefault }) => isDefault)?.id).toBe(second);
  });

  it("is exactly one, whatever happens at the same time", async () => {
    const user = await service.register();
    const added = [idOf(await save(user, {})), idOf(await save(user, {})), idOf(await save(user, {}))];
    const [first = "", second = "", third = ""] = added;
    await Promise.all([
      save(user, { isDefault: true }),
      save(user, { id: second, isDefault: true }),
      save(user, { id: first, isDefault: false }),
      remove(user, first),
      save(user, { id: third, isDefault: true }),
      save(user, { isDefault: true }),
      remove(user, third),
    ]);
    const { data } = await service.ask("{ me { addresses { isDefault } } }", {}, user);
    const { addresses } = data?.["me"] as { addresses: Address[] };
    expect(addresses.map(({ isDefault }) => isDefault).sort()).toEqual([false, false, true]);
  });
});

it("keeps at most 20 addresses, also when more come at the same time", async () => {
  const user = await service.register();
  const answers = await Promise.all(Array.from({ length: 23 }, () => save(user, {})));
  const refused = answers.filter(({ errors }) => errors.length > 0);
  expect(refused).toHaveLength(3);
  for (const { errors } of refused) expect(errors).toEqual([{ code: "INVALID_INPUT", path: ["input"] }]);
  const { data } = await service.ask("{ me { addresses { id } } }", {}, user);
  expect((data?.["me"] as { addresses: unknown[] }).addresses).toHaveLength(20);
});

it("does not let anyone change or remove another's address, nor know of it", async () => {
  const [user, other] = [await service.register(), await service.register()];
  const id = idOf(await save(user, {}));
  const refused = { address: null, user: { addresses: [] } };
  expect(await save(other, { id, city: "Paris" })).toMatchObject({
    ...refused,
    errors: [{ code: "NOT_FOUND", path: ["input", "id"] }],
  });
  expect(await remove(other, id)).toMatchObject({ ...refused, errors: [{ code: "NOT_FOUND", path: ["id"] }] });
  expect(await remove(other, "adr_\u0000")).toMatchObject({ ...refused, errors: [{ code: "NOT_FOUND" }] });
  const { data } = await service.ask("{ me { addresses { id city } } }", {}, user);
  expect(data).toEqual({ me: { addresses: [{ id, city: "Berlin" }] } });
});

it.each([
  ["countryCode", "XX"],
  ["countryCode", "EU"],
  ["countryCode", "DD"],
  ["countryCode", "\uff24\uff25"],
  ["countryCode", ""],
  ["countryCode", "Germany"],
  ["recipient", " "],
  ["line1", "x".repeat(121)],
  ["city", "Ber\u0000lin"],
  ["line2", "\ud800"],
  ["region", "\u202egnp"],
  ["postalCode", "1".repeat(17)],
  ["label", "\n"],
  ["phone", "none"],
])("refuses %s %j", async (field, value) => {
  expect(await save(await service.register(), { [field]: value })).toMatchObject({
    address: null,
    errors: [{ code: "INVALID_INPUT", path: ["input", field] }],
  });
});

it("needs a viewer", async () => {
  const document = `mutation ($input: AddressInput!) { saveAddress(input: $input) { errors { code } } }`;
  const { errors } = await service.ask(document, { input: home });
  expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
});
