import { GraphQLError, Kind } from "graphql";

/**
 * What graphql-js says of a request, without the values that it repeats from it: a password, for instance, as a variable or
 * written into the document.
 * @param code extensions.code of the error
 * @param error as it was thrown; its nodes tell what it is about
 */
export function withoutValues(message: string, code: string, error: unknown): string {
  if (!(error instanceof GraphQLError)) return message;
  switch (code) {
    case "GRAPHQL_PARSE_FAILED":
      return withoutToken(message);
    case "GRAPHQL_VALIDATION_FAILED":
      return valueKinds.has(error.nodes?.[0]?.kind) ? withoutLiteral(message) : message;
    case "BAD_USER_INPUT":
      return withoutVariable(message);
    default:
      return message;
  }
}

const valueKinds: ReadonlySet<string | undefined> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** What may be said of a bad value that holds no part of it, nor names that the client did not know. */
const safeReasons = [
  /Field "[\w.]+" of required type "\S+" was not provided\./,
  /Field "\w+" is not defined by type "\w+"\./,
  /Expected non-nullable type "\S+" not to be null\./,
  /Expected type "\w+" to be an object\./,
];

function safeReason(message: string): string | undefined {
  return safeReasons.flatMap((safe) => safe.exec(message)?.[0] ?? [])[0];
}

/** `Variable "$input" got invalid value … at "input.email"; …`, in places with the value twice. */
function withoutVariable(message: string): string {
  const [, variable, place = ""] =
    /^(Variable "\$\w+") got invalid value [\s\S]*?( at "[\w.[\]]+")?; /.exec(message) ?? [];
  if (variable === undefined) return message;
  const reason = safeReason(message);
  return `${variable} got a value that does not fit${place}${reason === undefined ? "." : `: ${reason}`}`;
}

/** `Expected value of type "Int", found …`, `Int cannot represent …`, and whatever a scalar says of its own. */
function withoutLiteral(message: string): string {
  const reason = safeReason(message);
  if (reason !== undefined) return reason;
  const [, type] = /^(?:Expected value of type |Enum |Value .* does not exist in )"([\w![\]]+)"/.exec(message) ??
    /^(\w+) cannot represent /.exec(message) ?? [undefined, undefined];
  return type === undefined ? "A value does not fit its type." : `A value does not fit its type, ${type}.`;
}

/** `Syntax Error: Expected Name, found String "…".` and `Syntax Error: Invalid character escape sequence: "…".` */
function withoutToken(message: string): string {
  return message
    .replace(/ (Name|Int|Float|String|BlockString) "[\s\S]*$/, " $1.")
    .replace(/(\w): (?:["']|U\+)[\s\S]*$/, "$1.");
}
