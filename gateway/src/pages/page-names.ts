/** The pages for people that the gateway may serve. */
export const pageNames = ["start", "sandbox", "graphiql", "docs"] as const;
export type PageName = (typeof pageNames)[number];
