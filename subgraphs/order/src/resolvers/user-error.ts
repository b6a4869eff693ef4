import {
  type InsufficientStockErrorResolvers,
  type OrderPayloadResolvers,
  type PaymentPayloadResolvers,
  type UserErrorResolvers,
} from "../generated/graphql";

export const UserError: UserErrorResolvers = {
  __resolveType: ({ code }) => {
    if (code === "INSUFFICIENT_STOCK") return "InsufficientStockError";
    return code === "PRICE_CHANGED" ? "PriceChangedError" : "GenericUserError";
  },
};

export const InsufficientStockError: InsufficientStockErrorResolvers = {
  product: ({ productId }) => ({ id: productId }),
};

export const OrderPayload: OrderPayloadResolvers = {
  errors: (outcome) => (outcome.ok ? [] : outcome.errors),
};

export const PaymentPayload: PaymentPayloadResolvers = {
  payment: ({ payment, order }) => (payment === null || order === null ? null : { ...payment, order }),
  errors: (outcome) => (outcome.ok ? [] : outcome.errors),
};
