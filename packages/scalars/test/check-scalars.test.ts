import { buildSchema, type OperationDefinitionNode, parse, validate } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { checkScalars } from "../src";

const schema = buildSchema(`
  scalar DateTime scalar SafeInt scalar EmailAddress scalar Other
  type Query { find(email: EmailAddress, since: DateTime, amount: SafeInt, other: Other): String }
`);
checkScalars(schema);

it.each(['email: "nobody"', "email: 7", 'since: "yesterday"', "amount: 9007199254740993", 'amount: "much"'])(
  "refuses %s in a document",
  (argument) => {
    expect(validate(schema, parse(`{ find(${argument}) }`))).toHaveLength(1);
  },
);

it("lets pass what fits, and scalars that it does not know", () => {
  const document = `{ find(email: "ada@example.com", since: "2026-11-22T12:00:00Z", amount: 9007199254740991, other: {}) }`;
  expect(validate(schema, parse(document))).toEqual([]);
});

const variables = "query ($email: EmailAddress, $since: DateTime) { find(email: $email, since: $since) }";

it("refuses a variable that does not fit, and passes the others on as they came", () => {
  const [operation] = parse(variables).definitions as readonly OperationDefinitionNode[];
  const definitions = operation?.variableDefinitions ?? [];
  const given = { email: "ada@example.com", since: "2026-11-22T13:00:00+01:00" };
  expect(getVariableValues(schema, definitions, given)).toEqual({ coerced: given });
  expect(getVariableValues(schema, definitions, { ...given, email: "nobody" }).errors).toHaveLength(1);
});
