import { requireViewer } from "@shop/auth";
import { type MutationResolvers } from "../generated/graphql";

export const Mutation: MutationResolvers = {
  placeOrder: (_parent, { input }, { viewer, placement }) => placement.place(requireViewer(viewer), input),
  payOrder: (_parent, { input }, { viewer, payments }) => payments.pay(requireViewer(viewer), input),
  cancelOrder: (_parent, request, { viewer, cancellation }) => cancellation.cancel(requireViewer(viewer), request),
  shipOrder: (_parent, { id, trackingNumber }, { viewer, fulfilment }) =>
    fulfilment.ship(viewer, id, trackingNumber ?? null),
  deliverOrder: (_parent, { id }, { viewer, fulfilment }) => fulfilment.deliver(viewer, id),
  refundPayment: (_parent, { input }, { viewer, refunds }) => refunds.refund(viewer, input),
};
