import { serviceUnavailable } from "@shop/graphql-errors";
import { type Resolvers } from "./generated/graphql";
import { LeaseLostError } from "./lease";
import { isStoreOutage } from "./store";

type Resolve = (...args: unknown[]) => unknown;

/**
 * The resolvers, with one that fails because the store does not answer, or because a killed process still holds what it
 * needs, saying so: a client can wait for that, as it cannot for a bug of ours.
 */
export function answerOutages(resolvers: Resolvers): Resolvers {
  const guarded = Object.entries(resolvers).map(([type, fields]) => [
    type,
    Object.fromEntries(
      Object.entries(fields as Record<string, Resolve>).map(([name, resolve]) => [name, guard(resolve)]),
    ),
  ]);
  return Object.fromEntries(guarded) as Resolvers;
}

function guard(resolve: Resolve): Resolve {
  return (...args) => {
    const result = resolve(...args);
    return result instanceof Promise ? result.catch(rethrow) : result;
  };
}

function rethrow(error: unknown): never {
  throw isStoreOutage(error) || error instanceof LeaseLostError ? serviceUnavailable("The catalogue") : error;
}
