import { type ProductFacetsResolvers } from "../generated/graphql";

export const productFacets: ProductFacetsResolvers = {
  categories: (wanted, _args, { facets }) => facets.categories(wanted),
  priceRange: async (wanted, _args, { facets, currency }) => {
    const range = await facets.priceRange(wanted);
    if (range === null) return null;
    return {
      min: { amountMinor: range.minMinor, currency },
      max: { amountMinor: range.maxMinor, currency },
    };
  },
  attributes: (wanted, _args, { facets }) => facets.attributes(wanted),
};
