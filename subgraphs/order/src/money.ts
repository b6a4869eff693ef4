/** An amount in whole minor units. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** What the database holds as money; its checks keep it within the safe integers. */
export function toMoney(amountMinor: bigint, currency: string): Money {
  return { amountMinor: Number(amountMinor), currency };
}
