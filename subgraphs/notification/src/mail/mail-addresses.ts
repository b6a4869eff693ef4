import { serviceCredentialHeader } from "@shop/auth";
import { z } from "zod";

/**
 * Where a user's mail goes: an address that is theirs beyond doubt; null where there is none, or no such account.
 * @throws where the user service does not answer
 */
export type MailAddressOf = (userId: string) => Promise<string | null>;

const timeoutMs = 3_000;
const answer = z.object({ email: z.string().nullable() });

/**
 * Asks the user service whenever a mail is sent, so that no address is kept here.
 * @param options.userUrl the user service's base URL
 */
export function createMailAddresses(options: { userUrl: string; credential: () => Promise<string> }): MailAddressOf {
  return async (userId) => {
    const url = new URL(`/internal/users/${encodeURIComponent(userId)}/mail-address`, options.userUrl);
    const headers = { [serviceCredentialHeader]: await options.credential() };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`the user service answers ${response.status}`);
    return answer.parse(await response.json()).email;
  };
}
