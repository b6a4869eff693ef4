// What the tests ask, as a front end would.
const comment = `id rating body likeCount likedByMe verifiedPurchase visibility editedAt createdAt version
  author { id } product { id } parent { id body author { id } }`;
const page = `edges { cursor node { ${comment} } } pageInfo { hasNextPage endCursor } totalCount`;
const payload = `comment { ${comment} } product { id ratings { average count histogram } } errors { code message path }`;

export const addReview = `mutation ($input: AddReviewInput!) { addReview(input: $input) { ${payload} } }`;
export const reply = `mutation ($input: ReplyInput!) { replyToComment(input: $input) { ${payload} } }`;
export const edit = `mutation ($id: ID!, $input: EditCommentInput!) { editComment(id: $id, input: $input) { ${payload} } }`;
export const remove = `mutation ($id: ID!) { deleteComment(id: $id) { ${payload} } }`;
export const like = `mutation ($id: ID!) { likeComment(id: $id) { ${payload} } }`;
export const unlike = `mutation ($id: ID!) { unlikeComment(id: $id) { ${payload} } }`;
export const report = `mutation ($id: ID!, $reason: String!) { reportComment(id: $id, reason: $reason) { ${payload} } }`;
export const moderate = `mutation ($id: ID!, $visibility: CommentVisibility!, $reason: String!) {
  moderateComment(id: $id, visibility: $visibility, reason: $reason) { ${payload} } }`;

export const commentById = `query ($id: ID!) { comment(id: $id) { ${comment} } }`;
export const replies = `query ($id: ID!) { comment(id: $id) { replies { ${page} } } }`;
export const comments = `query ($filter: CommentFilter, $sort: CommentSort, $first: Int, $after: String) {
  comments(filter: $filter, sort: $sort, first: $first, after: $after) { ${page} } }`;

export const entities = `query ($representations: [_Any!]!, $sort: CommentSort, $first: Int, $after: String) {
  _entities(representations: $representations) {
    __typename
    ... on Comment { ${comment} }
    ... on User { id comments(first: $first, after: $after) { ${page} } }
    ... on Product {
      id
      ratings { average count histogram }
      myReview { ${comment} }
      comments(sort: $sort, first: $first, after: $after) { ${page} }
    }
  } }`;
