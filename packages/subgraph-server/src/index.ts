export { startSubgraph, type Subgraph, type SubgraphOptions, type SubgraphRequest } from "./start-subgraph";
export { scalarResolvers } from "./scalars";
