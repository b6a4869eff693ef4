import { type JsonSchema, objectOf } from "./json-schema";

const problem: JsonSchema = {
  ...objectOf({
    code: { type: "string", description: "The same as in GraphQL" },
    detail: { type: "string", description: "What is wrong, for a person" },
    traceId: { type: "string", pattern: "^[0-9a-f]{32}$" },
  }),
  required: ["code", "detail"],
};

/** What ends a stream, or of an event tells that it failed. */
const problemEvent: JsonSchema = {
  ...objectOf({
    id: { type: "string", const: "", description: "Where the place is no good any more: forget it" },
    event: { type: "string", const: "problem" },
    data: jsonOf(problem),
  }),
  required: ["event", "data"],
};

/**
 * The answer of a route that streams. OpenAPI 3.1 has no word for what such an answer is made of; `x-itemSchema` says it as
 * `itemSchema` does from 3.2 on: each event by its fields, and what the text in `data` holds.
 * @param thing what an event tells of
 */
export function describeStream(thing: JsonSchema): object {
  const told = objectOf({
    id: { type: "string", description: "The place in the stream, for Last-Event-ID next time" },
    data: jsonOf(thing),
  });
  return {
    description: "Server-sent events: `id` to begin after next time, `data` the notification as JSON",
    content: {
      "text/event-stream": {
        schema: { type: "string", description: "As the standard of server-sent events has it" },
        "x-itemSchema": { anyOf: [told, problemEvent] },
      },
    },
  };
}

function jsonOf(schema: JsonSchema): JsonSchema {
  return { type: "string", contentMediaType: "application/json", contentSchema: schema };
}
