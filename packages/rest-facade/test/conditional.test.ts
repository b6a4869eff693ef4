import { type FastifyInstance } from "fastify";
import { type ServedFacade, serveFacade } from "./served";

let app: FastifyInstance;
let asked: ServedFacade["asked"];
let answer: ServedFacade["answer"];
beforeEach(async () => {
  ({ app, asked, answer } = await serveFacade());
});
afterEach(() => app.close());

const url = "/v1/products/prd_1";
const product = { id: "prd_1", name: "Kettle", version: 7 };

async function tagOf(thing: object): Promise<string> {
  answer({ data: { product: thing } });
  return String((await app.inject({ url })).headers["etag"]);
}

describe("ETag", () => {
  it("has the thing's version, and another hash for another body of it", async () => {
    const tag = await tagOf(product);
    expect(tag).toMatch(/^"7-[\w-]{16}"$/);
    expect(await tagOf(product)).toBe(tag);
    expect(await tagOf({ ...product, available: 3 })).not.toBe(tag);
  });

  it("is of the whole page where it is a list", async () => {
    answer({ data: { categories: [{ id: "cat_1", version: 2 }] } });
    expect((await app.inject({ url: "/v1/categories" })).headers["etag"]).toMatch(/^"[\w-]{16}"$/);
  });

  it.each(["GET", "HEAD"] as const)("saves a %s of what the client has", async (method) => {
    const tag = await tagOf(product);
    for (const known of [tag, `"other", W/${tag}`, "*"]) {
      const { statusCode, body, headers } = await app.inject({ method, url, headers: { "if-none-match": known } });
      expect([statusCode, body, headers["etag"]]).toEqual([304, "", tag]);
      expect(headers["vary"]).toContain("Authorization");
    }
    const { statusCode } = await app.inject({ method, url, headers: { "if-none-match": tag.replace("7-", "6-") } });
    expect(statusCode).toBe(200);
  });
});

describe("If-Match", () => {
  const patch = (headers: Record<string, string>, payload: object = { name: "Teapot" }) =>
    app.inject({ method: "PATCH", url, headers, payload });
  const input = () => (asked.at(-1)?.variables as { input: object }).input;
  beforeEach(() => answer({ data: { updateProduct: { product, errors: [] } } }));

  it("asks for the version that was read", async () => {
    const { statusCode, headers } = await patch({ "if-match": '"6-abc_DEF-1234567"' });
    expect([statusCode, input()]).toEqual([200, { name: "Teapot", expectedVersion: 6 }]);
    expect(headers["etag"]).toMatch(/^"7-/);
  });

  it("asks for none where any will do", async () => {
    expect((await patch({ "if-match": "*" })).statusCode).toBe(200);
    expect(input()).toEqual({ name: "Teapot" });
  });

  it.each(['"abc"', "6", 'W/"x"', ""])("is 412 where it can be no version: %j", async (tag) => {
    const response = await patch({ "if-match": tag });
    expect([response.statusCode, response.json()]).toEqual([
      412,
      expect.objectContaining({ code: "VERSION_CONFLICT" }),
    ]);
    expect(asked).toEqual([]);
  });

  it("is 412 where the body names another version", async () => {
    expect((await patch({ "if-match": '"6-abc"' }, { expectedVersion: 5 })).statusCode).toBe(412);
    expect((await patch({ "if-match": '"6-abc"' }, { expectedVersion: 6 })).statusCode).toBe(200);
  });

  it("is 412 where the thing was changed meanwhile", async () => {
    const errors = [{ code: "VERSION_CONFLICT", message: "No.", path: ["input", "expectedVersion"] }];
    answer({ data: { updateProduct: { product: null, errors } } });
    expect((await patch({ "if-match": '"5-abc"' })).statusCode).toBe(412);
  });
});
