import { randomUUID } from "node:crypto";
import { accessTokenLifetimeMs, signAccessToken, type Role, type Viewer } from "@shop/auth";
import { type SigningKeys } from "./signing-keys";

export interface AccessToken {
  readonly accessToken: string;
  /** Who it makes its bearer. */
  readonly viewer: Viewer;
}

export type IssueAccessToken = (user: { id: string; role: Role }, sessionId: string) => Promise<AccessToken>;

/** Makes access tokens, each for one session. */
export function createAccessTokenIssuer(deps: {
  keys: SigningKeys;
  issuer: string;
  audience: string;
}): IssueAccessToken {
  const { keys, issuer, audience } = deps;
  return async (user, sessionId) => {
    // A token counts in whole seconds.
    const issuedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    const expiresAt = new Date(issuedAt.getTime() + accessTokenLifetimeMs);
    const isRoleCurrent = (): boolean => true;
    const viewer = { userId: user.id, role: user.role, sessionId, issuedAt, expiresAt, isRoleCurrent };
    return {
      accessToken: await signAccessToken({ ...viewer, tokenId: randomUUID() }, { ...keys.current(), issuer, audience }),
      viewer,
    };
  };
}
