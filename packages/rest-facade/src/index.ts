export { registerRestFacade, type RestFacadeOptions } from "./register";
export { type SubscribeOperation } from "./event-stream";
export { type ExecuteOperation, type GraphqlAnswer, type GraphqlError, type OperationRequest } from "./operation";
export { sendUnreadable } from "./problem";
export { type ServiceName } from "./route";
