// Those who buy, in a process of their own.
import { serveCalls } from "../calls";
import { runCheckoutLoad } from "./checkout-load";

const handlers = { runCheckoutLoad };

export type CheckoutHandlers = typeof handlers;

serveCalls(handlers);
