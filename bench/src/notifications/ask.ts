import { Agent, request } from "undici";

export type Ask = <Data>(query: string, variables: object, authorization: string) => Promise<Data>;

/** @param url a GraphQL endpoint */
export function createAsk(url: string): Ask {
  const dispatcher = new Agent({ connections: null, pipelining: 1 });
  return async <Data>(query: string, variables: object, authorization: string): Promise<Data> => {
    const { body } = await request(url, {
      method: "POST",
      dispatcher,
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as { data?: Data | null; errors?: unknown };
    if (!data || errors) throw new Error(`The shop refused what the benchmark needs: ${JSON.stringify(errors)}`);
    return data;
  };
}
