// Who may not is told so before anything else of the request is looked at.
import { type FastifyInstance } from "fastify";
import { allRoutes } from "../src/all-routes";
import { type ServedFacade, serveFacade } from "./served";

let app: FastifyInstance;
let asked: ServedFacade["asked"];
let admit: ServedFacade["admit"];
beforeEach(async () => {
  ({ app, asked, admit } = await serveFacade());
});
afterEach(() => app.close());

const urlOf = (path: string): string => path.replaceAll(/\{\w+\}/g, "x_1");
/** A request that is wrong in every way: its query, its body, no key, an Accept that nothing meets. */
const wrong = {
  headers: { "content-type": "text/plain", accept: "image/png", "if-match": "?" },
  payload: "{",
};
const isOpen = ({ access }: (typeof allRoutes)[number]): boolean => access === "anyone";

it("asks whoever is not signed in to do so, however wrong their request is", async () => {
  admit(null);
  for (const { method, path } of allRoutes.filter((route) => !isOpen(route))) {
    const { statusCode, headers, body } = await app.inject({ method, url: `${urlOf(path)}?no=1`, ...wrong });
    expect([method, path, statusCode, headers["www-authenticate"]]).toEqual([method, path, 401, 'Bearer realm="shop"']);
    expect(JSON.parse(body)).toMatchObject({ code: "UNAUTHENTICATED" });
  }
  expect(asked).toEqual([]);
});

it.each([
  ["CUSTOMER", ["staff", "admin"]],
  ["STAFF", ["admin"]],
] as const)("tells a %s what only others may do, however wrong the request is", async (role, beyond) => {
  admit(role);
  for (const { access, method, path } of allRoutes.filter((route) => !isOpen(route))) {
    const { statusCode } = await app.inject({ method, url: `${urlOf(path)}?no=1`, ...wrong });
    const isBeyond = beyond.some((who) => who === access);
    expect([method, path, statusCode === 403]).toEqual([method, path, isBeyond]);
  }
  expect(asked).toEqual([]);
});

it.each([
  ["UNAUTHENTICATED", 401, "www-authenticate"],
  ["RATE_LIMITED", 429, "retry-after"],
  ["SERVICE_UNAVAILABLE", 503, "retry-after"],
])("says of a caller who is not let in %s, with %i, on every route", async (code, status, header) => {
  admit({ message: "No.", extensions: { code, retryAfterSeconds: 7 } });
  for (const { method, path } of allRoutes) {
    const response = await app.inject({ method, url: urlOf(path), ...wrong });
    expect([method, path, response.statusCode, header in response.headers]).toEqual([method, path, status, true]);
  }
});
