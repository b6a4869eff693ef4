import { isIPv6 } from "node:net";

/** Where a request came from, as the gateway found out. A service believes it of callers with a service credential. */
export const clientAddressHeader = "x-client-address";

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
