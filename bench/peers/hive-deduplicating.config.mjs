// As hive.config.mjs; identical requests in flight share one execution, as ours do.
import { defineConfig } from "@graphql-hive/gateway";
import { gatewayConfig as forwarding } from "./hive.config.mjs";

export const gatewayConfig = defineConfig({ ...forwarding, inboundInflightRequestDeduplication: true });
