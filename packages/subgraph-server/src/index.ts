export { startSubgraph, type Subgraph, type SubgraphOptions, type SubgraphRequest } from "./start-subgraph";
export { buildSchema, type Resolvers } from "./schema";
