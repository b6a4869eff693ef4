import { type OrderQuoteLineResolvers } from "../generated/graphql";

export const OrderQuoteLine: OrderQuoteLineResolvers = {
  product: ({ productId }) => ({ id: productId }),
};
