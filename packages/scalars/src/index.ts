export { checkScalars } from "./check-scalars";
export { scalarResolvers } from "./scalars";
