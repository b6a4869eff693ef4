import { type PaymentResolvers, type TransactionResolvers } from "../generated/graphql";
import { toMoney } from "../money";
import { type Payment as PaymentRow, type Transaction as TransactionRow } from "../transactions";
import { type OrderNode } from "./order";

/** A payment beside its order; with its transactions where they are asked for. */
export type PaymentNode = PaymentRow & { readonly order: OrderNode; readonly transactions?: readonly TransactionRow[] };

/** A transaction, and what its amount is counted in. */
export type TransactionOfPayment = TransactionRow & { readonly currency: string };

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.payment.load(id),
  amount: ({ amountMinor, currency }) => toMoney(amountMinor, currency),
  refunded: ({ refundedMinor, currency }) => toMoney(refundedMinor, currency),
  transactions: ({ id, transactions, currency }) => {
    if (transactions === undefined) throw new Error(`payment ${id} was read without its transactions`);
    return transactions.map((transaction) => ({ ...transaction, currency }));
  },
};

export const Transaction: TransactionResolvers = {
  amount: ({ amountMinor, currency }) => toMoney(amountMinor, currency),
};
