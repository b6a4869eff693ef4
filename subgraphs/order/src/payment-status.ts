import { type PaymentStatus, type TransactionKind, type TransactionStatus } from "./generated/prisma/client";

export { type PaymentStatus };

interface SettledOrNot {
  readonly kind: TransactionKind;
  readonly status: TransactionStatus;
  readonly amountMinor: bigint;
}

export interface PaymentSummary {
  readonly status: PaymentStatus;
  readonly refundedMinor: bigint;
}

/** What a payment's transactions come to. This is the one place that says so. */
export function summarize(transactions: readonly SettledOrNot[]): PaymentSummary {
  const find = (kind: TransactionKind, status: TransactionStatus) =>
    transactions.find((one) => one.kind === kind && one.status === status);
  const captured = find("CAPTURE", "SUCCEEDED");
  if (captured !== undefined) {
    const refundedMinor = sum(transactions, ["SUCCEEDED"]);
    if (refundedMinor === 0n) return { status: "CAPTURED", refundedMinor };
    return { status: refundedMinor < captured.amountMinor ? "PARTIALLY_REFUNDED" : "REFUNDED", refundedMinor };
  }
  return { status: statusBeforeCapture(), refundedMinor: 0n };

  function statusBeforeCapture(): PaymentStatus {
    if (find("VOID", "SUCCEEDED")) return "VOIDED";
    if (find("AUTHORIZE", "FAILED") ?? find("VOID", "FAILED")) return "FAILED";
    return find("AUTHORIZE", "SUCCEEDED") ? "AUTHORIZED" : "PENDING";
  }
}

/** What could still be given back: captured, and neither refunded nor about to be. */
export function refundableMinor(transactions: readonly SettledOrNot[]): bigint {
  const captured = transactions.find(({ kind, status }) => kind === "CAPTURE" && status === "SUCCEEDED");
  return captured === undefined ? 0n : captured.amountMinor - sum(transactions, ["SUCCEEDED", "PENDING"]);
}

function sum(transactions: readonly SettledOrNot[], statuses: TransactionStatus[]): bigint {
  return transactions
    .filter(({ kind, status }) => kind === "REFUND" && statuses.includes(status))
    .reduce((total, { amountMinor }) => total + amountMinor, 0n);
}
