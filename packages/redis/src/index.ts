export { connectOptionalRedis, type OptionalRedis, type Script } from "./optional-redis";
