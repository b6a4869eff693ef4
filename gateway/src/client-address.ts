import { type IncomingMessage } from "node:http";
import { all, compile } from "@fastify/proxy-addr";

/** Whether what is said by the one at `address`, `hop` steps away from us, may be believed. */
export type TrustProxy = (address: string, hop: number) => boolean;

/**
 * @param proxies addresses and CIDR ranges, or one number: how many proxies every request comes through
 * @throws where a member is none of these
 */
export function parseTrustedProxies(proxies: readonly string[]): TrustProxy {
  const [first = "", ...others] = proxies;
  if (others.length > 0 || !/^\d+$/.test(first)) return compile([...proxies]);
  const hops = Number(first);
  return (_address, hop) => hop < hops;
}

/** Where a request comes from: the nearest address on its way that no trusted proxy has. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/** Without trusted proxies X-Forwarded-For is what anybody may have written there, and is not looked at. */
export function createClientAddress(trust: TrustProxy | undefined): ClientAddress {
  if (trust === undefined) return (request) => request.socket.remoteAddress;
  return (request) => all(request, trust).at(-1);
}
