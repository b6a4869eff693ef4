import { unauthenticated } from "@shop/graphql-errors";
import { type GraphQLFormattedError } from "graphql";
import { readSubgraphErrors } from "../execution/subgraph-errors";
import { type SubscriptionPlan } from "./plan";
import { type SubgraphSubscription, type UpstreamEnd } from "./upstream-socket";

/** What is asked of the subgraph that owns a subscription. */
export interface UpstreamRequest {
  readonly plan: SubscriptionPlan;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  /** The cursor to begin after; undefined for "from now". */
  readonly start: string | undefined;
}

/** @param cursor where to go on from, if the client's own arguments are not where to begin */
export function toSubscription({ plan, variables }: UpstreamRequest, cursor: string | undefined): SubgraphSubscription {
  const { primary, resumable } = plan;
  const own = pick(variables, primary.variableNames);
  if (resumable === undefined) return { query: primary.operation, variables: own };
  return cursor === undefined
    ? { query: resumable.operation, variables: own }
    : { query: resumable.resumeOperation, variables: { ...own, ...resumable.resumeVariables(cursor) } };
}

/** The body of a query for the cursor of now; undefined where the schema names none to ask for. */
export function toHeadQuery({ plan, variables }: UpstreamRequest): string | undefined {
  const head = plan.resumable?.head;
  return head && JSON.stringify({ query: head.query, variables: pick(variables, head.variableNames) });
}

function pick(variables: UpstreamRequest["variables"], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
  );
}

/** Whether two requests ask the same of the same subgraph. */
export function asksTheSame(one: UpstreamRequest, other: UpstreamRequest): boolean {
  const textOf = (request: UpstreamRequest): string =>
    JSON.stringify([request.plan.primary.subgraph, toSubscription(request, undefined)]);
  return textOf(one) === textOf(other);
}

/** Why a subgraph ended a subscription, as its clients may read it; empty where it was complete. */
export function endingErrors(
  end: Exclude<UpstreamEnd, { kind: "LOST" }>,
  { plan }: UpstreamRequest,
): GraphQLFormattedError[] {
  const { name } = plan.primary.subgraph;
  switch (end.kind) {
    case "COMPLETED":
      return [];
    case "UNAUTHENTICATED": {
      const { message, extensions } = unauthenticated();
      return [{ message, extensions }];
    }
    case "TOO_LARGE":
      return [
        {
          message: `An event of the ${name} service is too large.`,
          extensions: { code: "INTERNAL_SERVER_ERROR", serviceName: name },
        },
      ];
    case "REFUSED":
      // Without a path: there is no answer that it could point into.
      return readSubgraphErrors(name, { errors: end.errors }).map(({ message, extensions }) => ({
        message,
        extensions,
      }));
  }
}
