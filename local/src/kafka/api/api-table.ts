import { errorCode } from "../protocol/error-codes";
import { array, int16, int32, struct } from "../protocol/wire-types";
import { defineApi, noThrottleMs, type Api } from "./api";

const apiVersionsKey = 18;
const supported = array(struct({ key: int16, minVersion: int16, maxVersion: int16 }));

/** Finds what answers a request. */
export interface ApiTable {
  find(key: number, version: number): Api | undefined;
}

/**
 * The table of all that the broker supports, ApiVersions included, which tells clients of it.
 *
 * Only older layouts are offered, the last before each API's "flexible" one: clients settle on what both sides know.
 */
export function createApiTable(apis: readonly Api[]): ApiTable {
  const ranges = [
    ...apis.map(({ key, versions }) => ({ key, minVersion: versions[0], maxVersion: versions[1] })),
    { key: apiVersionsKey, minVersion: 0, maxVersion: 2 },
  ];
  const request = struct({});
  const answer = { error: errorCode.NONE, apis: ranges, throttleMs: noThrottleMs };

  const apiVersions = [
    defineApi({
      key: apiVersionsKey,
      name: "ApiVersions",
      versions: [0, 0],
      request,
      response: struct({ error: int16, apis: supported }),
      handle: () => answer,
    }),
    defineApi({
      key: apiVersionsKey,
      name: "ApiVersions",
      versions: [1, 2],
      request,
      response: struct({ error: int16, apis: supported, throttleMs: int32 }),
      handle: () => answer,
    }),
  ];
  /** A newer client asks in a layout of its own; told so in the oldest one, it asks again in one of ours. */
  const newerApiVersions = defineApi({
    key: apiVersionsKey,
    name: "ApiVersions",
    versions: [3, Infinity],
    request,
    response: struct({ error: int16, apis: supported }),
    handle: () => ({ error: errorCode.UNSUPPORTED_VERSION, apis: ranges }),
  });

  const all = [...apis, ...apiVersions, newerApiVersions];
  return {
    find: (key, version) =>
      all.find((api) => api.key === key && api.versions[0] <= version && version <= api.versions[1]),
  };
}
