export {
  createAccessTokenVerifier,
  signAccessToken,
  type AccessTokenClaims,
  type VerifyAccessToken,
} from "./access-token";
export { clientAddressHeader, toAddressKey } from "./client-address";
export {
  createServiceCredentials,
  createServiceVerifier,
  serviceCredentialHeader,
  type ServiceCallers,
  type ServiceCredentialFor,
  type VerifyServiceCredential,
} from "./service-credential";
export { type RevocationFeed, startRevocationFeed } from "./revocation-feed";
export { noRevocations, type Revocations } from "./revocations";
export { accessTokenLifetimeMs, requireRole, requireRoleToRead, requireViewer, type Role, type Viewer } from "./viewer";
