/** Why the shop cannot open, in words for whoever started it: what is wrong, and the way out. */
export class ShopFailure extends Error {}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
