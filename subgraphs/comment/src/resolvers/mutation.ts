import { requireViewer } from "@shop/auth";
import { type Context } from "../context";
import { type MutationResolvers } from "../generated/graphql";
import { type CommentOutcome } from "../outcome";

export const Mutation: MutationResolvers = {
  addReview: (_parent, { input }, context) =>
    readingAfresh(context, context.writing.review(requireViewer(context.viewer), input)),
  replyToComment: (_parent, { input }, context) =>
    readingAfresh(context, context.writing.reply(requireViewer(context.viewer), input)),
  editComment: (_parent, { id, input }, context) =>
    readingAfresh(context, context.writing.edit(requireViewer(context.viewer), id, input)),
  deleteComment: (_parent, { id }, context) =>
    readingAfresh(context, context.deletion.remove(requireViewer(context.viewer), id)),
  likeComment: (_parent, { id }, context) =>
    readingAfresh(context, context.likes.like(requireViewer(context.viewer), id)),
  unlikeComment: (_parent, { id }, context) =>
    readingAfresh(context, context.likes.unlike(requireViewer(context.viewer), id)),
  reportComment: (_parent, { id, reason }, context) =>
    readingAfresh(context, context.moderation.report(requireViewer(context.viewer), id, reason)),
  moderateComment: (_parent, { id, ...decision }, context) =>
    readingAfresh(context, context.moderation.decide(context.viewer, id, decision)),
};

/** What a request read before one of its mutations may not hold after it. */
async function readingAfresh({ loaders }: Context, change: Promise<CommentOutcome>): Promise<CommentOutcome> {
  const outcome = await change;
  loaders.clear();
  return outcome;
}
