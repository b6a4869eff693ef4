import { createImageMaker, type ImageStore, loadSharp } from "@shop/images";
import { type Logger } from "@shop/telemetry";
import { createAccessTokenIssuer } from "./access-tokens";
import { type AccountDeletion, createAccountDeletion } from "./account-deletion";
import { createAccounts, type Accounts } from "./accounts";
import { createAddresses, type Addresses } from "./addresses";
import { createAuditLog, type AuditLog } from "./audit-log";
import { type Avatars, createAvatars } from "./avatars";
import { type Config } from "./config";
import { type Database } from "./database";
import { createEmailVerification, type EmailVerification } from "./email-verification";
import { createMailedLinks, type MailedLinks } from "./mailed-links";
import { createPasswordCheck } from "./password-check";
import { createPasswordHasher } from "./password-hasher";
import { createPasswordReset, type PasswordReset } from "./password-reset";
import { createProfiles, type Profiles } from "./profiles";
import { createRefreshTokens } from "./refresh-tokens";
import { createSessions, type Sessions } from "./sessions";
import { type SigningKeys } from "./signing-keys";
import { createThrottle } from "./throttle";
import { type TryCounter } from "./try-counter";

/** All that can be done with accounts. */
export interface UseCases {
  readonly accounts: Accounts;
  readonly accountDeletion: AccountDeletion;
  readonly sessions: Sessions;
  readonly emailVerification: EmailVerification;
  readonly passwordReset: PasswordReset;
  readonly links: MailedLinks;
  readonly profiles: Profiles;
  readonly avatars: Avatars;
  readonly addresses: Addresses;
  readonly auditLog: AuditLog;
}

export async function createUseCases(deps: {
  db: Database;
  keys: SigningKeys;
  imageStore: ImageStore;
  counter: TryCounter;
  config: Config;
  log: Logger;
}): Promise<UseCases> {
  const { db, keys, imageStore, counter, config, log } = deps;
  const issueAccessToken = createAccessTokenIssuer({
    keys,
    issuer: config.tokenIssuer,
    audience: config.tokenAudience,
  });
  const refreshTokens = createRefreshTokens({ secret: config.tokenSecret });
  const avatars = createAvatars({ db, imageStore, imageMaker: createImageMaker(loadSharp(log)), log });
  const sessions = createSessions({ db, issueAccessToken, refreshTokens });
  const hasher = await createPasswordHasher();
  const throttle = createThrottle({ counter, secret: config.tokenSecret, limits: config.tryLimits });
  const passwordCheck = createPasswordCheck({ hasher, throttle });
  const links = createMailedLinks({ db, secret: config.tokenSecret });
  return {
    sessions,
    accounts: createAccounts({ db, hasher, passwordCheck, throttle, sessions }),
    accountDeletion: createAccountDeletion({ db, passwordCheck, links, avatars }),
    emailVerification: createEmailVerification({ db, links }),
    passwordReset: createPasswordReset({ db, links, hasher, sessions, throttle }),
    links,
    profiles: createProfiles({ db, avatarUrlOf: avatars.urlOf }),
    avatars,
    addresses: createAddresses({ db }),
    auditLog: createAuditLog({ db }),
  };
}
