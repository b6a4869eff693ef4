export { registerRestFacade, type RestFacadeOptions } from "./register";
export { type ExecuteOperation } from "./serve";
export { type ServiceName } from "./route";
