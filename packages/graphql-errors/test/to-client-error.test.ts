import { createLogger } from "@shop/telemetry";
import {
  buildSchema,
  type GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { toClientError } from "../src";

const log = createLogger("test");
const schema = buildSchema(`
  scalar Email
  enum Role { CUSTOMER ADMIN }
  input Login { email: Email password: String! attempts: Int role: Role }
  type Query { login(input: Login, role: Role, id: ID!, remember: Boolean): String }
`);
const email = schema.getType("Email") as GraphQLScalarType;
email.parseLiteral = (node) => {
  throw new Error(node.kind === Kind.STRING ? `not an address: ${node.value}` : "not a text");
};

const tell = (error: GraphQLError, code: string): string =>
  toClientError({ message: error.message, extensions: { code } }, error, log).message;

function parseError(query: string): GraphQLError {
  try {
    parse(query);
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error("it parses");
}

it.each([
  ['{ login(input: { password: hunter2, attempts: "hunter2" }, id: 1) }', "A value does not fit its type, Int."],
  ['{ login(input: "hunter2", id: 1) }', "A value does not fit its type, Login."],
  ["{ login(role: hunter2, id: 1) }", "A value does not fit its type, Role."],
  ['{ login(role: "hunter2", id: 1) }', "A value does not fit its type, Role."],
  ['{ login(remember: "hunter2", id: 1) }', "A value does not fit its type, Boolean."],
  ['{ login(id: { secret: "hunter2" }) }', "A value does not fit its type, ID."],
  ['{ login(input: { password: "x", email: "hunter2" }, id: 1) }', "A value does not fit its type, Email."],
  ['{ login(input: { emial: "hunter2", password: "x" }, id: 1) }', 'Field "emial" is not defined by type "Login".'],
  ["{ login(input: { email: null }, id: 1) }", 'Field "Login.password" of required type "String!" was not provided.'],
  ['query ($id: ID! = ["hunter2"]) { login(id: $id) }', "A value does not fit its type, ID."],
])("says what is wrong with a literal, and not which: %s", (query, message) => {
  const told = validate(schema, parse(query)).map((error) => tell(error, "GRAPHQL_VALIDATION_FAILED"));
  expect(told).toContain(message);
  expect(told.join()).not.toContain("hunter2");
});

it("names fields and types as the document has them", () => {
  const [error] = validate(schema, parse("{ logn }"), undefined, { hideSuggestions: true });
  expect(error && tell(error, "GRAPHQL_VALIDATION_FAILED")).toBe('Cannot query field "logn" on type "Query".');
});

it.each([
  ['{ login(id: 1) "hunter2" }', "Syntax Error: Expected Name, found String."],
  ['{ login(id: 1) """hunter2 "quoted" """ }', "Syntax Error: Expected Name, found BlockString."],
  ["query A hunter2 { login }", 'Syntax Error: Expected "{", found Name.'],
  ["{ login(id: 1 2 }", "Syntax Error: Expected Name, found Int."],
  ['{ login(id: "\\uhunter2") }', "Syntax Error: Invalid Unicode escape sequence."],
  [
    "{ login(id: 'hunter2') }",
    "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")?",
  ],
  ["{ login(id: 1", "Syntax Error: Expected Name, found <EOF>."],
])("says what does not parse, and not what it says: %s", (query, message) => {
  const told = tell(parseError(query), "GRAPHQL_PARSE_FAILED");
  expect(told).toBe(message);
});

it.each([
  [{ password: { hunter2: "hunter2" } }, 'Variable "$input" got a value that does not fit at "input.password".'],
  [{ role: "hunter2", password: "x" }, 'Variable "$input" got a value that does not fit at "input.role".'],
  [
    { emial: "hunter2", password: "x" },
    'Variable "$input" got a value that does not fit: Field "emial" is not defined by type "Login".',
  ],
  [
    {},
    'Variable "$input" got a value that does not fit: Field "password" of required type "String!" was not provided.',
  ],
  ["hunter2", 'Variable "$input" got a value that does not fit: Expected type "Login" to be an object.'],
])("says what is wrong with a variable, and not its value: %j", (input, message) => {
  const told = variableErrors(schema, { input }).map((error) => tell(error, "BAD_USER_INPUT"));
  expect(told).toContain(message);
  expect(told.join()).not.toContain("hunter2");
});

it("counts none of many bad variables as a failure of ours", () => {
  const logged = jest.spyOn(log, "error");
  const input = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field${n}`, n]));
  const errors = variableErrors(schema, { input: { password: "x", ...input } });
  const codes = errors.map(
    (error) => toClientError({ message: error.message, extensions: codeOf(error) }, error, log).extensions?.["code"],
  );
  expect(codes).toEqual(Array.from({ length: 51 }, () => "BAD_USER_INPUT"));
  expect(logged).not.toHaveBeenCalled();
});

/** As Apollo Server gives it: to all but the last, which says that there were more. */
function codeOf({ message }: GraphQLError): { code: string } {
  return { code: message.startsWith("Variable ") ? "BAD_USER_INPUT" : "INTERNAL_SERVER_ERROR" };
}

function variableErrors(schema: GraphQLSchema, variables: Record<string, unknown>): readonly GraphQLError[] {
  const [operation] = parse("query ($input: Login) { login(input: $input, id: 1) }").definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no operation");
  return getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 50 }).errors ?? [];
}
