import { allRoutes, bodyOf, type Route, variablesOf } from "@shop/rest-facade/testing";
import { type FieldNode, Kind, type OperationDefinitionNode, parse, print, type SelectionNode } from "graphql";
import { createShopClient, type ShopClient } from "../test/client";
import { eventually } from "../test/eventually";
import { type Call, type Reply } from "./call";

interface Payload {
  readonly errors?: readonly { readonly code: string }[];
}
type Thing = Readonly<Record<string, unknown>> & { readonly id?: string };

/** How what a mutation's payload names is read again. */
const readers: Readonly<Record<string, (selection: string) => readonly [query: string, at: string]>> = {
  user: (selection) => [`query ($id: ID!) { user(id: $id) ${selection} }`, "user"],
  product: (selection) => [`query ($id: ID!) { product(id: $id) ${selection} }`, "product"],
  category: (selection) => [`query ($id: ID!) { category(id: $id) ${selection} }`, "category"],
  order: (selection) => [`query ($id: ID!) { order(id: $id) ${selection} }`, "order"],
  comment: (selection) => [`query ($id: ID!) { comment(id: $id) ${selection} }`, "comment"],
  address: (selection) => [`{ me { addresses ${selection} } }`, "me.addresses"],
  notification: (selection) => [`{ notifications(first: 100) { edges { node ${selection} } } }`, "notifications.edges"],
  preferences: (selection) => [`{ notificationPreferences ${selection} }`, "notificationPreferences"],
};
/** What is told once, and never again. */
const toldOnce = ["tokens", "upload"];

interface Comparison {
  readonly route: Route;
  readonly call: Call;
  /** The idempotency key that it was sent with. */
  readonly key: string;
  readonly reply: Reply;
  /** Sends the call once more, as it was. */
  readonly again: () => Promise<Reply>;
}

/**
 * Holds the successful answer of a route against what the graph says, by the route's own operation and mapping. A query is
 * asked again; so is a mutation that is safe to repeat, for it has the same outcome. What any other has changed is read with
 * the mutation's own selection; one that tells nothing is sent again through both doors, which must say the same to it.
 * @throws where they differ, or there is nothing to compare by: a new route needs a reader above
 */
export async function compare(url: string, comparison: Comparison): Promise<void> {
  const { route, call, key, reply } = comparison;
  const { path = {}, query = {}, body } = call;
  const variables = variablesOf(route, { path, query, body, idempotencyKey: key });
  const { accessToken = call.as } = (reply.body ?? {}) as { accessToken?: string };
  const client = createShopClient(url, accessToken);
  const isRepeatable = route.idempotent || JSON.stringify(body ?? null).includes('"idempotencyKey"');
  if (reply.body === undefined) await expectTheSameCode(client, comparison, variables);
  else if (route.operation.startsWith("query") || isRepeatable) await expectTheSame(client, comparison, variables);
  else await expectToBeRead(client, comparison, variables);
}

type Variables = ReturnType<typeof variablesOf>;

async function expectTheSameCode(
  client: ShopClient,
  { route, again }: Comparison,
  variables: Variables,
): Promise<void> {
  await eventually(async () => {
    const { data, errors = [] } = await client.ask<Record<string, Payload>>(route.operation, variables);
    const refusals = Object.values(data ?? {}).flatMap((payload) => payload.errors ?? []);
    const said = errors[0]?.extensions.code ?? refusals[0]?.code;
    const told = ((await again()).body as { code?: string } | undefined)?.code;
    if (told !== said) throw new Error(`REST says ${told ?? "yes"}, and GraphQL ${said ?? "yes"}`);
    return true;
  });
}

async function expectTheSame(
  client: ShopClient,
  { route, reply, again }: Comparison,
  variables: Variables,
): Promise<void> {
  let told = reply.text;
  await eventually(async () => {
    const said = JSON.stringify(bodyOf(route, await client.run(route.operation, variables)));
    if (told === said) return true;
    const differ = `REST says ${told}, and GraphQL ${said}`;
    told = (await again()).text; // what it is of may have gone on between the two
    throw new Error(differ);
  });
}

async function expectToBeRead(client: ShopClient, { route, reply }: Comparison, variables: Variables): Promise<void> {
  const root = rootOf(route, variables);
  for (const { name, selectionSet } of fieldsOf(root)) {
    if (name.value === "errors" || toldOnce.includes(name.value)) continue;
    const read = selectionSet && readers[name.value]?.(print(selectionSet));
    if (read === undefined) throw new Error(`nothing reads a ${name.value} again, as ${route.path} answers it`);
    const [query, at] = read;
    const id = idIn(reply.body, name.value);
    const found = thingAt(await client.run(query, query.includes("$id") ? { id } : {}), at, id);
    const said = bodyOf(route, { [root.name.value]: { [name.value]: found, errors: [] } });
    expect(reply.body).toMatchObject(said as object);
  }
}

export function routeOf(name: string): Route {
  const found = allRoutes.find(({ method, path }) => `${method} ${path}` === name);
  if (found === undefined) throw new Error(`the tables have no ${name}`);
  return found;
}

/** The field of a route's operation that is asked for, of those that @include and @skip tell apart. */
function rootOf({ operation }: Route, variables: Readonly<Record<string, unknown>>): FieldNode {
  const [definition] = parse(operation).definitions as OperationDefinitionNode[];
  const isAsked = ({ directives = [] }: SelectionNode): boolean =>
    directives.every(({ name, arguments: [condition] = [] }) => {
      const holds = condition?.value.kind === Kind.VARIABLE && variables[condition.value.name.value] === true;
      return holds === (name.value === "include");
    });
  const root = definition?.selectionSet.selections.find(isAsked);
  if (root?.kind !== Kind.FIELD) throw new Error(`nothing is asked for by ${operation}`);
  return root;
}

function fieldsOf({ selectionSet }: FieldNode): FieldNode[] {
  return (selectionSet?.selections ?? []).filter((selection) => selection.kind === Kind.FIELD);
}

/** The id of the thing that an answer is, or has under its name. */
function idIn(body: unknown, name: string): string | undefined {
  const thing = ((body as Readonly<Record<string, unknown>>)[name] ?? body) as Thing;
  return thing.id;
}

function thingAt(data: unknown, path: string, id: string | undefined): Thing | undefined {
  const found = path.split(".").reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>>)[name], data);
  if (!Array.isArray(found)) return found as Thing;
  return (found as (Thing & { node?: Thing })[]).map((one) => one.node ?? one).find((one) => one.id === id);
}
