import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { expectedVersion, flag, isTrue, pageQuery, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";

const comment = `id product { id } author { id } rating body parent { id } likeCount likedByMe verifiedPurchase
  visibility editedAt createdAt version`;
const page = `edges { node { ${comment} } } pageInfo { hasNextPage endCursor } totalCount`;
const words = text("Does what it says.");
const rating = z
  .int32()
  .describe("1 to 5")
  .meta({ examples: [5] });
const visibility = z.enum(["VISIBLE", "HIDDEN"]);
const service = "comment";

export const commentRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/products/{id}/comments",
    summary: "The reviews of a product, and their replies",
    access: "anyone",
    query: z.strictObject(pageQuery),
    operation: `query ProductComments($id: ID!, $first: Int, $after: String) {
      comments(filter: { productId: $id }, first: $first, after: $after) { ${page} }
    }`,
    variables: ({ path, query: { limit, after } }) => ({ ...path, first: limit, after }),
    answer: pageAt("comments", ["totalCount"]),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/products/{id}/comments",
    summary: "Review a product",
    idempotent: true,
    body: z.strictObject({ rating, body: words }),
    ok: 201,
    location: "/v1/comments/{id}",
    problems: { 409: "You have reviewed it, or a call with this Idempotency-Key still runs" },
    operation: `mutation AddReview($input: AddReviewInput!) { addReview(input: $input) { comment { ${comment} } ${userErrors} } }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { productId: path["id"], ...body, idempotencyKey } }),
    answer: payloadOf("addReview", "comment"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/comments",
    summary: "All comments, the newest first; for staff those to moderate",
    access: "anyone",
    problems: { 403: "What is reported, and what is hidden, staff alone may see" },
    query: z.strictObject({
      ...pageQuery,
      reported: flag.optional().describe("Only those that someone reported"),
      visibility: visibility.optional().describe("Only those with this visibility"),
    }),
    operation: `query Comments($filter: CommentFilter, $first: Int, $after: String) {
      comments(filter: $filter, first: $first, after: $after) { ${page} }
    }`,
    variables: ({ query: { reported, visibility: only, limit, after } }) => ({
      filter: { visibility: only, reported: isTrue(reported) },
      first: limit,
      after,
    }),
    answer: pageAt("comments", ["totalCount"]),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/comments/{id}",
    summary: "One comment",
    access: "anyone",
    operation: `query Comment($id: ID!) { comment(id: $id) { ${comment} } }`,
    answer: thingAt("comment"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/comments/{id}",
    summary: "Change a comment of your own",
    body: z.strictObject({ rating: rating.nullish(), body: words.nullish(), expectedVersion }),
    statuses: { FORBIDDEN: 404 },
    operation: `mutation EditComment($id: ID!, $input: EditCommentInput!) {
      editComment(id: $id, input: $input) { comment { ${comment} } ${userErrors} }
    }`,
    variables: ({ path, body }) => ({ ...path, input: body }),
    answer: payloadOf("editComment", "comment"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/comments/{id}",
    summary: "Delete a comment; its replies stay",
    ok: 204,
    statuses: { FORBIDDEN: 404 },
    operation: `mutation DeleteComment($id: ID!) { deleteComment(id: $id) { ${userErrors} } }`,
    answer: payloadOf("deleteComment"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/comments/{id}/replies",
    summary: "The replies to a comment",
    access: "anyone",
    query: z.strictObject(pageQuery),
    operation: `query Replies($id: ID!, $first: Int, $after: String) {
      comment(id: $id) { replies(first: $first, after: $after) { ${page} } }
    }`,
    variables: ({ path, query: { limit, after } }) => ({ ...path, first: limit, after }),
    answer: pageAt("comment.replies", ["totalCount"]),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/comments/{id}/replies",
    summary: "Reply to a comment",
    idempotent: true,
    body: z.strictObject({ body: words }),
    ok: 201,
    location: "/v1/comments/{id}",
    operation: `mutation Reply($input: ReplyInput!) { replyToComment(input: $input) { comment { ${comment} } ${userErrors} } }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { parentId: path["id"], ...body, idempotencyKey } }),
    answer: payloadOf("replyToComment", "comment"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/comments/{id}/like",
    summary: "Like a comment",
    ok: 204,
    operation: `mutation Like($id: ID!) { likeComment(id: $id) { ${userErrors} } }`,
    answer: payloadOf("likeComment"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/comments/{id}/like",
    summary: "Take a like back",
    ok: 204,
    operation: `mutation Unlike($id: ID!) { unlikeComment(id: $id) { ${userErrors} } }`,
    answer: payloadOf("unlikeComment"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/comments/{id}/reports",
    summary: "Report a comment to the shop",
    body: z.strictObject({ reason: text("Spam") }),
    ok: 202,
    operation: `mutation Report($id: ID!, $reason: String!) {
      reportComment(id: $id, reason: $reason) { comment { id } ${userErrors} }
    }`,
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: payloadOf("reportComment", "comment"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/comments/{id}/moderation",
    summary: "Hide or show a comment",
    access: "staff",
    body: z.strictObject({ visibility, reason: text("Insults") }),
    operation: `mutation Moderate($id: ID!, $visibility: CommentVisibility!, $reason: String!) {
      moderateComment(id: $id, visibility: $visibility, reason: $reason) { comment { ${comment} } ${userErrors} }
    }`,
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: payloadOf("moderateComment", "comment"),
  }),
];
