export {
  badUserInput,
  cursorExpired,
  forbidden,
  notImplemented,
  rateLimited,
  serviceUnavailable,
  unauthenticated,
  type ErrorCode,
} from "./errors";
export { toClientError } from "./to-client-error";
