export {
  createAccessTokenVerifier,
  signAccessToken,
  type AccessTokenClaims,
  type VerifyAccessToken,
} from "./access-token";
export {
  createServiceCredential,
  createServiceVerifier,
  serviceCredentialHeader,
  type VerifyServiceCredential,
} from "./service-credential";
export { requireRole, requireViewer, type Role, type Viewer } from "./viewer";
