import { Pool } from "undici";
import { type SubgraphName } from "../subgraphs/schemas";

/** Where the subgraphs are, as the last argument of a hand-written server says. */
export type SubgraphUrls = Readonly<Record<SubgraphName, string>>;

export interface Answer {
  readonly statusCode: number;
  readonly text: string;
}

export type CallSubgraph = (body: string, authorization: string | undefined) => Promise<Answer>;

/** What a careful hand would write: undici, connections that are kept, the viewer's Authorization passed on. */
export function createSubgraphCall(url: string): CallSubgraph {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 64 });
  return async (body, authorization) => {
    const headers = { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) };
    const response = await pool.request({ path, method: "POST", headers, body });
    return { statusCode: response.statusCode, text: await response.body.text() };
  };
}
