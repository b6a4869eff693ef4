export {
  badUserInput,
  cursorExpired,
  forbidden,
  rateLimited,
  serviceUnavailable,
  unauthenticated,
  type ErrorCode,
} from "./errors";
export { toClientError } from "./to-client-error";
export { outcomeOf } from "./outcome";
