import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type ServiceName } from "../src";
import { type OpenApiDocument } from "../src/openapi";
import { services } from "./schemas";
import { serveFacade } from "./served";

async function documentOf(service: ServiceName): Promise<OpenApiDocument> {
  const { app } = await serveFacade(service);
  const document = (await app.inject({ url: "/openapi.json" })).json<OpenApiDocument>();
  await app.close();
  return document;
}

it.each(services)("is valid OpenAPI, with examples that fit: %s", async (service) => {
  const input = JSON.stringify(await documentOf(service));
  const problems = execFileSync(process.execPath, [join(__dirname, "lint-openapi.mjs")], { input, encoding: "utf8" });
  expect(JSON.parse(problems)).toEqual([]);
});

it("names what several routes tell of once, after its type", async () => {
  const { components } = await documentOf("order");
  const schemas = components["schemas"] as Record<string, { properties: Record<string, unknown> }>;
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(["Order", "OrderLine", "Payment", "Money", "OrderStatus", "ProductReference", "Problem"]),
  );
  expect(schemas["ProductReference"]?.properties).toEqual({
    id: { type: "string", description: expect.any(String) as string },
  });
});

it("describes what an answer holds as the graph describes it", async () => {
  const { components } = await documentOf("product");
  const product = (components["schemas"] as Record<string, { properties: Record<string, object> }>)["Product"];
  expect(product?.properties["available"]).toMatchObject({
    type: "integer",
    description: expect.any(String) as string,
  });
  expect(product?.properties["status"]).toMatchObject({ $ref: "#/components/schemas/ProductStatus" });
});

it("describes the events of a stream, and what they tell of", async () => {
  const { paths } = await documentOf("notification");
  const { responses } = paths["/v1/notifications/stream"]?.["get"] as {
    responses: Record<string, { content: Record<string, object> }>;
  };
  const dataOf = (contentSchema: object) => ({
    properties: { data: { contentMediaType: "application/json", contentSchema } },
  });
  expect(responses["200"]?.content["text/event-stream"]).toMatchObject({
    "x-itemSchema": {
      anyOf: [dataOf({ $ref: "#/components/schemas/Notification" }), dataOf({ required: ["code", "detail"] })],
    },
  });
});

it("names the kinds of notifications that there are", async () => {
  const { components, paths } = await documentOf("notification");
  const { NotificationKind } = components["schemas"] as Record<string, { enum: string[] }>;
  const patch = paths["/v1/notifications/preferences"]?.["patch"];
  expect(patch).toMatchObject({
    requestBody: {
      content: {
        "application/json": { schema: { properties: { muted: { items: { enum: NotificationKind?.enum } } } } },
      },
    },
  });
});

it("describes nothing where it is told to describe nothing", async () => {
  const { app } = await serveFacade("user", { docs: false });
  for (const url of ["/openapi.json", "/docs"]) expect((await app.inject({ url })).statusCode).toBe(404);
  await app.close();
});
