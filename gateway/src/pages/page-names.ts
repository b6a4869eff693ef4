/** The pages for people that the gateway may serve. */
export const pageNames = ["start", "sandbox", "graphiql", "docs"] as const;
export type PageName = (typeof pageNames)[number];

/** Those that work on the schema, which they ask the gateway for. */
const explorers: readonly PageName[] = ["sandbox", "graphiql"];

/** Which there are where nothing is said of it: in production, where introspection is off, those that can do without. */
export function usualPages(production: boolean): readonly PageName[] {
  return production ? pageNames.filter((name) => !explorers.includes(name)) : pageNames;
}

export function needIntrospection(pages: readonly PageName[]): boolean {
  return pages.some((name) => explorers.includes(name));
}
