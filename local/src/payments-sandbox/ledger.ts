import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openJournal } from "./journal";
import { behaviourOf } from "./tokens";

export type OperationKind = "authorize" | "capture" | "void" | "refund";

/** Money held or taken for a merchant. */
export interface Charge {
  readonly id: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: "pending" | "authorized" | "declined" | "captured" | "voided";
  readonly refundedMinor: number;
}

/** What a merchant asked for under a key of its own, and what came of it. */
export interface Operation {
  readonly id: string;
  readonly key: string;
  readonly kind: OperationKind;
  readonly chargeId: string;
  readonly amountMinor: number;
  readonly status: "pending" | "succeeded" | "failed";
  readonly failureCode: string | null;
}

type Change = (charge: Charge) => { charge: Charge } | { failureCode: string };

/** The same key with another request. */
export interface KeyReused {
  readonly keyReused: true;
}

export interface Ledger {
  authorize(key: string, request: { amountMinor: number; currency: string; token: string }): Operation | KeyReused;
  capture(key: string, chargeId: string): Operation | KeyReused | null;
  void(key: string, chargeId: string): Operation | KeyReused | null;
  refund(key: string, chargeId: string, amountMinor: number): Operation | KeyReused | null;
  operation(key: string): Operation | null;
  charges(): Charge[];
  /** All operations, from before a restart too. */
  operations(): Operation[];
  settle(key: string): void;
  close(): void;
}

interface Entry {
  readonly operation: Operation;
  readonly charge: Charge;
  /** What was asked, so that another request under the same key is seen. */
  readonly request: string;
}

/**
 * The provider's books, kept in `dataDir`. Every operation is idempotent by the merchant's key: asked again, it answers
 * what came of it and moves no money.
 * @param onSettled told of each operation that has just come to its end
 */
export function openLedger(dataDir: string, onSettled: (operation: Operation) => void): Ledger {
  const charges = new Map<string, Charge>();
  const entries = new Map<string, Entry>();
  const apply = (entry: Entry): void => {
    charges.set(entry.charge.id, entry.charge);
    entries.set(entry.operation.key, entry);
  };
  const journal = openJournal<Entry>(join(dataDir, "operations.jsonl"), apply);

  function record(entry: Entry): Operation {
    journal.append(entry);
    apply(entry);
    if (entry.operation.status !== "pending") onSettled(entry.operation);
    return entry.operation;
  }

  function repeated(key: string, request: string): Operation | KeyReused | undefined {
    const known = entries.get(key);
    if (known === undefined) return undefined;
    return known.request === request ? known.operation : { keyReused: true };
  }

  function operate(key: string, kind: OperationKind, chargeId: string, amountMinor: number | null, change: Change) {
    const request = JSON.stringify([kind, chargeId, amountMinor]);
    const before = repeated(key, request);
    if (before !== undefined) return before;
    const charge = charges.get(chargeId);
    if (charge === undefined) return null;
    const outcome = change(charge);
    const operation = { id: newId("op"), key, kind, chargeId, amountMinor: amountMinor ?? charge.amountMinor };
    return "charge" in outcome
      ? record({ operation: { ...operation, status: "succeeded", failureCode: null }, charge: outcome.charge, request })
      : record({ operation: { ...operation, status: "failed", failureCode: outcome.failureCode }, charge, request });
  }

  return {
    authorize: (key, asked) => {
      const request = JSON.stringify(["authorize", asked.amountMinor, asked.currency, asked.token]);
      const before = repeated(key, request);
      if (before !== undefined) return before;
      const { outcome, failureCode = null } = behaviourOf(asked.token);
      const { amountMinor, currency } = asked;
      const state = outcome === "AUTHORIZED" ? "authorized" : outcome === "PENDING" ? "pending" : "declined";
      const status = outcome === "AUTHORIZED" ? "succeeded" : outcome === "PENDING" ? "pending" : "failed";
      const charge: Charge = { id: newId("ch"), amountMinor, currency, state, refundedMinor: 0 };
      const kind = "authorize";
      const operation: Operation = { id: charge.id, key, kind, chargeId: charge.id, amountMinor, status, failureCode };
      return record({ operation, charge, request });
    },
    capture: (key, chargeId) =>
      operate(key, "capture", chargeId, null, (charge) =>
        charge.state === "authorized" || charge.state === "captured"
          ? { charge: { ...charge, state: "captured" } }
          : { failureCode: "authorization_gone" },
      ),
    void: (key, chargeId) =>
      operate(key, "void", chargeId, null, (charge) =>
        charge.state === "captured" ? { failureCode: "already_captured" } : { charge: { ...charge, state: "voided" } },
      ),
    refund: (key, chargeId, amountMinor) =>
      operate(key, "refund", chargeId, amountMinor, (charge) => {
        if (charge.state !== "captured") return { failureCode: "not_captured" };
        const refundedMinor = charge.refundedMinor + amountMinor;
        return refundedMinor > charge.amountMinor
          ? { failureCode: "amount_refused" }
          : { charge: { ...charge, refundedMinor } };
      }),
    operation: (key) => entries.get(key)?.operation ?? null,
    charges: () => [...charges.values()],
    operations: () => [...entries.values()].map(({ operation }) => operation),
    settle: (key) => {
      const entry = entries.get(key);
      const charge = entry && charges.get(entry.charge.id);
      if (entry?.operation.status !== "pending" || charge === undefined) return;
      const succeeds = charge.state === "pending";
      record({
        operation: succeeds
          ? { ...entry.operation, status: "succeeded" }
          : { ...entry.operation, status: "failed", failureCode: "authorization_gone" },
        charge: succeeds ? { ...charge, state: "authorized" } : charge,
        request: entry.request,
      });
    },
    close: () => {
      journal.close();
    },
  };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString("hex")}`;
}
