import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import * as formats from "ajv-formats";
import { type Schema } from "./arbitrary";
import { type ToldEvent } from "./event-stream";

export interface Operation {
  /** As `GET /v1/orders/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** The service whose routes it is among. */
  readonly service: string;
  readonly security: readonly object[];
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: Schema; example?: unknown }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { schema: Schema; example: object } } };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

/** Whether anybody may call it. */
export function isOpen({ security }: Operation): boolean {
  return security.some((one) => Object.keys(one).length === 0);
}

/** Whether its answer is a stream of events. */
export function streams({ responses }: Operation): boolean {
  return "text/event-stream" in (responses[200]?.content ?? {});
}

/** Whether being somebody is not enough. */
export function needsRole(operation: Operation): boolean {
  return !isOpen(operation) && "403" in operation.responses;
}

/** /openapi.json, to hold the answers against. */
export interface Contract {
  readonly operations: readonly Operation[];
  find(name: string): Operation;
  /** What of an answer is not as the document has it. */
  faultsOf(operation: Operation, answer: { status: number; mediaType: string | undefined; body: unknown }): string[];
  /** The same of an event of a stream. */
  faultsOfEvent(operation: Operation, event: ToldEvent): string[];
  /** A schema with what it refers to in its place. */
  resolve(schema: Schema): Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, "name" | "method" | "path">>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export async function readContract(url: string): Promise<Contract> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document & Readonly<Record<string, unknown>>;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi");

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const [service = ""] = (operation as unknown as { tags: string[] }).tags;
      return { ...operation, service, path, method: method.toUpperCase(), name: `${method.toUpperCase()} ${path}` };
    }),
  );
  const escape = (key: string): string => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
  const validators = new Map<string, ValidateFunction>();
  const validatorAt = (...keys: string[]): ValidateFunction => {
    const pointer = `openapi#/${keys.map(escape).join("/")}`;
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
    validators.set(pointer, validate);
    return validate;
  };

  const faultsAt = (value: unknown, ...keys: string[]): string[] => {
    const validate = validatorAt(...keys);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
  };

  return {
    operations,
    find: (name) => {
      const found = operations.find((operation) => operation.name === name);
      if (found === undefined) throw new Error(`/openapi.json has no ${name}`);
      return found;
    },
    faultsOf: ({ path, method, responses }, { status, mediaType, body }) => {
      const described = responses[status];
      if (described === undefined) return [`${status} is not described`];
      if (described.content === undefined) return mediaType === undefined ? [] : [`${status} has ${mediaType}`];
      if (mediaType === undefined || !(mediaType in described.content)) return [`${status} is ${mediaType ?? "empty"}`];
      if (mediaType === "text/event-stream") return [];
      const answer = ["paths", path, method.toLowerCase(), "responses", String(status)];
      return faultsAt(body, ...answer, "content", mediaType, "schema");
    },
    faultsOfEvent: ({ path }, { id, event, data }) => {
      const answer = ["paths", path, "get", "responses", "200", "content", "text/event-stream"];
      const item = [...answer, "x-itemSchema", "anyOf", event === "problem" ? "1" : "0"];
      const fields = { ...(id !== undefined && { id }), ...(event !== undefined && { event }), data: "" };
      return [...faultsAt(fields, ...item), ...faultsAt(data, ...item, "properties", "data", "contentSchema")];
    },
    resolve: (schema) => document.components.schemas[schema.$ref?.split("/").at(-1) ?? ""] ?? schema,
  };
}
