import { serviceCredentialHeader } from "@shop/auth";
import { serviceUnavailable } from "@shop/graphql-errors";
import { z } from "zod";

/** Whether the viewer of this Authorization header may see an order; the order service decides. */
export type MayWatchOrder = (orderId: string, authorization: string) => Promise<boolean>;

const timeoutMs = 3_000;
const query = "query OrderAccess($id: ID!) { order(id: $id) { id } }";
const answer = z.object({ data: z.object({ order: z.object({ id: z.string() }).nullable() }) });

/**
 * @param options.orderUrl the order service's base URL
 * @throws (each call) SERVICE_UNAVAILABLE where the order service does not answer
 */
export function createOrderAccess(options: { orderUrl: string; credential: () => Promise<string> }): MayWatchOrder {
  const url = new URL("/graphql", options.orderUrl);
  return async (orderId, authorization) => {
    const headers = {
      "content-type": "application/json",
      [serviceCredentialHeader]: await options.credential(),
      authorization,
    };
    const body = JSON.stringify({ query, variables: { id: orderId } });
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeoutMs) });
      return answer.parse(await response.json()).data.order !== null;
    } catch {
      throw serviceUnavailable("The orders");
    }
  };
}
