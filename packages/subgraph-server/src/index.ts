export { startSubgraph, type Subgraph, type SubgraphOptions, type SubgraphRequest } from "./start-subgraph";
export { type Resolvers } from "./schema";
