import { type Viewer } from "@shop/auth";
import { type Cancellation } from "./cancellation";
import { type Fulfilment } from "./fulfilment";
import { type Loaders } from "./loaders";
import { type Orders } from "./orders";
import { type Payments } from "./payments";
import { type Placement } from "./placement";
import { type Quotes } from "./quotes";
import { type Refunds } from "./refunds";

export interface UseCases {
  readonly orders: Orders;
  readonly quotes: Quotes;
  readonly placement: Placement;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly cancellation: Cancellation;
  readonly fulfilment: Fulfilment;
}

/** What a resolver works with, made anew for each request. */
export interface Context extends UseCases {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
}
