import { type IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
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

/** Some proxies write the port as well. */
const withPort = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/;
const mappedIPv4 = /^::ffff:([\d.]+)$/i;

/**
 * What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, since a host has all of that for itself.
 */
export function toAddressKey(address: string): string {
  if (!address.includes(":")) return address;
  const [, bracketed, ported] = withPort.exec(address) ?? [];
  const bare = bracketed ?? ported ?? address;
  if (!isIPv6(bare)) return bare;
  return mappedIPv4.exec(bare)?.[1] ?? networkOf(bare);
}

function networkOf(address: string): string {
  const [head = "", tail = ""] = address.split("::");
  const [before, after] = [head, tail].map((part) => part.split(":").filter(Boolean));
  const zeros = Array<string>(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill("0");
  const groups = [...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
