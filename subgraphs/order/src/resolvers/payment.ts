import { type PaymentResolvers, type TransactionResolvers } from "../generated/graphql";
import { toMoney } from "../money";
import { type Transaction as TransactionRow } from "../transactions";

/** A transaction, and what its amount is counted in. */
export type TransactionOfPayment = TransactionRow & { readonly currency: string };

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.payment.load(id),
  order: async ({ id, orderId }, _args, { loaders }) => {
    const order = await loaders.order.load(orderId);
    if (order === null) throw new Error(`payment ${id} is seen, but not its order`);
    return order;
  },
  amount: ({ amountMinor, currency }) => toMoney(amountMinor, currency),
  refunded: ({ refundedMinor, currency }) => toMoney(refundedMinor, currency),
  transactions: async ({ id, currency }, _args, { loaders }) =>
    (await loaders.transactions.load(id)).map((transaction) => ({ ...transaction, currency })),
};

export const Transaction: TransactionResolvers = {
  amount: ({ amountMinor, currency }) => toMoney(amountMinor, currency),
};
