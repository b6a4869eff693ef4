/** What a charge with a token comes to. */
export interface TokenBehaviour {
  readonly outcome: "AUTHORIZED" | "DECLINED" | "PENDING";
  readonly failureCode?: string;
  /** The charge is made, and the answer comes later than any caller waits for it. */
  readonly answersLate?: boolean;
}

const behaviours: Readonly<Record<string, TokenBehaviour>> = {
  tok_ok: { outcome: "AUTHORIZED" },
  tok_declined: { outcome: "DECLINED", failureCode: "card_declined" },
  tok_insufficient_funds: { outcome: "DECLINED", failureCode: "insufficient_funds" },
  tok_timeout_then_ok: { outcome: "AUTHORIZED", answersLate: true },
  tok_pending: { outcome: "PENDING" },
};

/** Any other token is declined, as a card that does not exist would be. */
export function behaviourOf(token: string): TokenBehaviour {
  return behaviours[token] ?? { outcome: "DECLINED", failureCode: "invalid_token" };
}
