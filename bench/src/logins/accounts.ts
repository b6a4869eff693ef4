import { clientAddressHeader, serviceCredentialHeader } from "@shop/auth";
import { type RunningShop } from "../orders/running-shop";

export interface Answer {
  readonly ms: number;
  readonly data: Readonly<Record<string, { errors?: { code: string }[] }>> | null;
  /** Of what is wrong, top-level or in the payload; undefined where nothing is. */
  readonly code: string | undefined;
}

/** Asks the user service as the gateway does, each time as another client, or as the same where a token is given. */
export type AskUser = (query: string, variables?: object, accessToken?: string) => Promise<Answer>;

export const password = "a password of the benchmark";
export const loginMutation = `mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } errors { code } } }`;
export const resetMutation = `mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { accepted errors { code } } }`;
const registerMutation = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { errors { code } } }`;

export function createAskUser({ userUrl, credentialFor }: RunningShop): AskUser {
  let clients = 0;
  return async (query, variables = {}, accessToken) => {
    const client = ++clients;
    const headers: Record<string, string> = {
      "content-type": "application/json",
      [serviceCredentialHeader]: await credentialFor("user"),
      [clientAddressHeader]: `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`,
    };
    if (accessToken !== undefined) headers["authorization"] = `Bearer ${accessToken}`;
    const startedAtMs = performance.now();
    const response = await fetch(userUrl, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const { data = null, errors } = (await response.json()) as {
      data?: Answer["data"];
      errors?: { extensions: { code: string } }[];
    };
    const ms = performance.now() - startedAtMs;
    const [payload] = Object.values(data ?? {});
    return { ms, data, code: errors?.[0]?.extensions.code ?? payload?.errors?.[0]?.code };
  };
}

export const emailOf = (n: number): string => `account-${n}@bench.example`;

/** Makes accounts, a few at a time: hashing is what it takes. */
export async function makeAccounts(ask: AskUser, count: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const input = { email: emailOf(next++), password, displayName: "Grace" };
      const { code } = await ask(registerMutation, { input });
      if (code !== undefined) throw new Error(`An account cannot be made: ${code}`);
    }
  };
  await Promise.all([work(), work(), work()]);
}
