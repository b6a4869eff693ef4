import { randomUUID } from "node:crypto";
import { signAccessToken, type Role, type Viewer } from "@shop/auth";
import { type SigningKeys } from "./signing-keys";

const lifetimeMs = 10 * 60_000;

export interface AccessToken {
  readonly accessToken: string;
  /** Who it makes its bearer. */
  readonly viewer: Viewer;
}

export type IssueAccessToken = (user: { id: string; role: Role }, sessionId: string) => Promise<AccessToken>;

/** Makes access tokens: ten minutes each, for one session. */
export function createAccessTokenIssuer(deps: {
  keys: SigningKeys;
  issuer: string;
  audience: string;
}): IssueAccessToken {
  const by = { ...deps.keys.current, issuer: deps.issuer, audience: deps.audience };
  return async (user, sessionId) => {
    // A token counts in whole seconds.
    const expiresAt = new Date(Math.floor(Date.now() / 1_000) * 1_000 + lifetimeMs);
    const viewer = { userId: user.id, role: user.role, sessionId, expiresAt };
    return { accessToken: await signAccessToken({ ...viewer, tokenId: randomUUID() }, by), viewer };
  };
}
