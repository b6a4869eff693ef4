export { startSubgraph, type Subgraph, type SubgraphOptions, type SubgraphRequest } from "./start-subgraph";
export { type DoorConfig } from "./config";
export { type Resolvers } from "./schema";
