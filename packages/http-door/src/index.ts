export { registerCors } from "./cors";
export { registerJsonBodies } from "./json-bodies";
export { pagePolicy, registerSecurityHeaders } from "./security-headers";
