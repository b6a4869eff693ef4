export { registerRestFacade, isRestUrl, type RestFacadeOptions } from "./register";
export { type AdmitCaller, type GraphqlAnswer, type GraphqlError, type SubscribeOperation } from "./operation";
export { type OpenApiPaths } from "./openapi";
export { entityTagOf, isKnown } from "./conditional";
export { problemResponse } from "./openapi-responses";
export { sendProblem, sendUnreadable } from "./problem";
export { type ServiceName } from "./route";
export { answerProblems } from "./scope";
