import { type CommentPayloadResolvers } from "../generated/graphql";

export const CommentPayload: CommentPayloadResolvers = {
  product: (outcome) => {
    const productId = outcome.comment?.productId ?? (outcome.ok ? outcome.productId : null);
    return productId === null ? null : { id: productId };
  },
  errors: (outcome) => (outcome.ok ? [] : outcome.errors),
};
