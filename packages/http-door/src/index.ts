export { registerCors } from "./cors";
export { registerJsonBodies } from "./json-bodies";
