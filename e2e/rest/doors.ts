import { type Api } from "./api";
import { streams } from "./openapi";

const ports = [undefined, "own"] as const;

/** What every path answers whatever it is for, the same at both of its ports: OPTIONS, HEAD, and methods that it has not. */
export async function expectMethods(api: Api): Promise<void> {
  for (const path of new Set(api.contract.operations.map((operation) => operation.path))) {
    const here = api.contract.operations.filter((operation) => operation.path === path);
    const methods = here.flatMap((one) => (one.method === "GET" && !streams(one) ? ["GET", "HEAD"] : [one.method]));
    const allow = [...methods, "OPTIONS"].sort().join(", ");
    const [first] = here;
    if (first === undefined) continue;
    for (const port of ports) {
      const url = api.urlOf(first, port);
      const options = await fetch(url, { method: "OPTIONS" });
      expect([path, options.status, options.headers.get("allow")]).toEqual([path, 204, allow]);
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].filter((one) => !methods.includes(one))) {
        const refused = await fetch(url, { method });
        expect([path, method, refused.status, refused.headers.get("allow")]).toEqual([path, method, 405, allow]);
        expect(refused.headers.get("content-type")).toContain("application/problem+json");
        await refused.body?.cancel();
      }
    }
  }
}

/** What is told of bodies and types that no route takes, at both ports of each that has a body. */
export async function expectNegotiation(api: Api, as: string): Promise<void> {
  const big = JSON.stringify("x".repeat(1_000_001));
  const tooBig = new Set<string>(); // once a service: it is a megabyte each
  for (const { name, requestBody, service } of api.contract.operations) {
    const text =
      requestBody === undefined ? undefined : JSON.stringify(requestBody.content["application/json"].example);
    for (const port of ports) {
      const refused = async (headers: Record<string, string>, body = text): Promise<number> => {
        const key = { "idempotency-key": "k" };
        return (await api.call(name, { as, headers: { ...key, ...headers }, ...(body && { text: body }) }, port))
          .status;
      };
      if (text === undefined) continue;
      expect([name, await refused({ accept: "text/html" })]).toEqual([name, 406]);
      expect([name, await refused({ "content-type": "text/plain" })]).toEqual([name, 415]);
      expect([name, await refused({ "content-type": "application/json; charset=latin1" })]).toEqual([name, 415]);
      expect([name, await refused({ "content-encoding": "gzip" })]).toEqual([name, 415]);
      if (tooBig.has(`${service} ${port}`)) continue;
      expect([name, await refused({}, big)]).toEqual([name, 413]);
      tooBig.add(`${service} ${port}`);
    }
  }
}
