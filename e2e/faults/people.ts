import { type Role } from "@shop/auth";
import { createId } from "@shop/ids";

/** Whose access token goes with a request. */
export interface Person {
  readonly userId: string;
  readonly role: Role;
}

/** Someone new to the shop. */
export function someone(role: Role = "CUSTOMER"): Person {
  return { userId: createId("usr"), role };
}
