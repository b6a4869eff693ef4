import { z } from "zod";

export const money = z.object({ amountMinor: z.int(), currency: z.string().length(3) });
export type EventMoney = z.infer<typeof money>;
export const id = z.string().min(1);
export const instant = z.iso.datetime();
