import { requireViewer } from "@shop/auth";
import { type MutationResolvers } from "../generated/graphql";
import { loadOrderOutcome, loadPaymentOutcome } from "./extent";

export const Mutation: MutationResolvers = {
  placeOrder: async (_parent, { input }, { viewer, placement, loaders }, info) =>
    loadOrderOutcome(loaders, await placement.place(requireViewer(viewer), input), info),
  payOrder: async (_parent, { input }, { viewer, payments, loaders }, info) =>
    loadPaymentOutcome(loaders, await payments.pay(requireViewer(viewer), input), info),
  cancelOrder: async (_parent, request, { viewer, cancellation, loaders }, info) =>
    loadOrderOutcome(loaders, await cancellation.cancel(requireViewer(viewer), request), info),
  shipOrder: async (_parent, { id, trackingNumber }, { viewer, fulfilment, loaders }, info) =>
    loadOrderOutcome(loaders, await fulfilment.ship(viewer, id, trackingNumber ?? null), info),
  deliverOrder: async (_parent, { id }, { viewer, fulfilment, loaders }, info) =>
    loadOrderOutcome(loaders, await fulfilment.deliver(viewer, id), info),
  refundPayment: async (_parent, { input }, { viewer, refunds, loaders }, info) =>
    loadPaymentOutcome(loaders, await refunds.refund(viewer, input), info),
};
