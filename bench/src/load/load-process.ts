// The load generator, in a process of its own.
import { serveCalls } from "../calls";
import { runHttpLoad } from "./http-load";
import { openSubscribers, type Subscribers, type SubscribersOptions } from "./subscribers";

let subscribers: Subscribers | undefined;

const current = (): Subscribers => {
  if (subscribers === undefined) throw new Error("No subscribers were opened.");
  return subscribers;
};

const handlers = {
  runHttpLoad,
  openSubscribers: async (options: SubscribersOptions) => {
    subscribers = await openSubscribers(options);
  },
  receiveEvent: ({ timeoutMs }: { timeoutMs: number }) => current().receive(timeoutMs),
  takeLatencies: () => current().takeLatencies(),
  closeSubscribers: () => current().close(),
};

export type LoadHandlers = typeof handlers;

serveCalls(handlers);
