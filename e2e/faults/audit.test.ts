// Whether the audit sees what it is there to see.
import { auditMoney, auditStock, type BookedOrder, type BookedProduct, type BookedTransaction } from "./audit";
import { type Charge } from "./fault-shop";

const succeeded = (kind: BookedTransaction["kind"], amountMinor: number): BookedTransaction => {
  const reference = kind === "AUTHORIZE" ? "charge" : null;
  return { id: `txn_${kind}`, paymentId: "pay", kind, status: "SUCCEEDED", amountMinor, reference };
};
const bought = [succeeded("AUTHORIZE", 100), succeeded("CAPTURE", 100)];
const paid: BookedOrder = { id: "paid", status: "PAID", isOverdue: false, lines: { kettle: 2 }, transactions: bought };
const unpaid: BookedOrder = {
  ...paid,
  id: "unpaid",
  status: "AWAITING_PAYMENT",
  lines: { kettle: 1 },
  transactions: [],
};
const kettle: BookedProduct = {
  _id: "kettle",
  available: 7,
  stock: 8,
  holds: [
    { orderId: "paid", quantity: 2, state: "COMMITTED" },
    { orderId: "unpaid", quantity: 1, state: "HELD" },
  ],
  outbox: [],
};
const charge: Charge = { id: "charge", amountMinor: 100, state: "captured", refundedMinor: 0 };
const received = new Map([["kettle", 10]]);

const ofStock = (orders: BookedOrder[], product: BookedProduct) => [...auditStock(orders, [product], received)];
const ofMoney = (order: BookedOrder, ...charges: Charge[]) => [...auditMoney([order], charges)];

it("finds nothing in books that agree", () => {
  expect(ofStock([paid, unpaid], kettle)).toEqual([]);
  expect(ofMoney(paid, charge)).toEqual([]);
  const partly = { ...paid, transactions: [...bought, succeeded("REFUND", 40)] };
  expect(ofMoney(partly, { ...charge, refundedMinor: 40 })).toEqual([]);
});

it.each<[string, BookedOrder[], BookedProduct]>([
  ["a unit that is gone", [paid, unpaid], { ...kettle, available: 6, stock: 7 }],
  ["more sold than there was", [paid, unpaid], { ...kettle, available: -1, stock: 0 }],
  ["a shelf that does not count", [paid, unpaid], { ...kettle, stock: 7 }],
  ["an order that is paid and has no stock", [paid], { ...kettle, holds: [], available: 8, stock: 8 }],
  ["stock that a cancelled order keeps", [{ ...paid, status: "CANCELLED" }, unpaid], kettle],
])("sees %s", (_what, orders, product) => {
  expect(ofStock(orders, product)).not.toEqual([]);
});

it.each<[string, BookedOrder, Charge[]]>([
  ["a paid order whose money nobody has", paid, []],
  ["a charge in no book", unpaid, [charge]],
  ["a second charge", paid, [charge, { ...charge, id: "another" }]],
  ["a refund that the provider never made", { ...paid, transactions: [...bought, succeeded("REFUND", 40)] }, [charge]],
  ["a refund in no book", paid, [{ ...charge, refundedMinor: 40 }]],
  ["money of an order that was cancelled", { ...paid, status: "CANCELLED" }, [charge]],
  ["an order that is paid without money", { ...paid, transactions: [] }, []],
  [
    "money that is held for ever",
    { ...unpaid, transactions: [succeeded("AUTHORIZE", 100)] },
    [{ ...charge, state: "authorized" }],
  ],
])("sees %s", (_what, order, charges) => {
  expect(ofMoney(order, ...charges)).not.toEqual([]);
});
