import { type Resolvers } from "../generated/graphql";
import { category } from "./category";
import { mutation } from "./mutation";
import { product } from "./product";
import { productConnection } from "./product-connection";
import { productFacets } from "./product-facets";
import { productImage } from "./product-image";
import { query } from "./query";

export const resolvers: Resolvers = {
  Query: query,
  Mutation: mutation,
  Product: product,
  ProductImage: productImage,
  ProductConnection: productConnection,
  ProductFacets: productFacets,
  Category: category,
  UserError: { __resolveType: () => "GenericUserError" },
};
