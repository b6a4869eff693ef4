import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { exampleId, pageQuery, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";
import { account } from "./own-account";

const role = z.enum(["CUSTOMER", "STAFF", "ADMIN"]);
const service = "user";

/** Other people's accounts, and what staff and admins did. */
export const accountRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users",
    summary: "Accounts",
    access: "staff",
    query: z.strictObject({
      ...pageQuery,
      search: z.string().optional().describe("A part of the name or the address"),
      role: role.optional().describe("Only those with this role"),
    }),
    operation: `query Users($filter: UserFilter, $first: Int, $after: String) {
      users(filter: $filter, first: $first, after: $after) {
        edges { node { ${account} } } pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: ({ query: { search, role: only, limit, after } }) => ({
      filter: { search, role: only },
      first: limit,
      after,
    }),
    answer: pageAt("users"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/{id}",
    summary: "One account, as much of it as you may see",
    access: "anyone",
    operation: `query User($id: ID!) { user(id: $id) { ${account} } }`,
    answer: thingAt("user"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/{id}/role",
    summary: "Give someone a role",
    access: "admin",
    body: z.strictObject({ role }),
    operation: `mutation SetRole($userId: ID!, $role: Role!) {
      setUserRole(userId: $userId, role: $role) { user { ${account} } ${userErrors} }
    }`,
    variables: ({ path, body }) => ({ userId: path["id"], ...body }),
    answer: payloadOf("setUserRole", "user"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/audit-log",
    summary: "What staff and admins did",
    access: "admin",
    query: z.strictObject({
      ...pageQuery,
      actorId: text(exampleId("usr")).optional().describe("Only what this account did"),
      targetId: text(exampleId("prd")).optional().describe("Only what was done to this"),
      action: text("user.role-changed").optional().describe("Only this action"),
      since: z.iso.datetime().optional().describe("Only from this time on"),
    }),
    operation: `query AuditLog($filter: AuditFilter, $first: Int, $after: String) {
      auditLog(filter: $filter, first: $first, after: $after) {
        edges { node { id at actor { id } actorId action targetId before after } } pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: ({ query: { limit, after, ...filter } }) => ({
      filter,
      first: limit,
      after,
    }),
    answer: pageAt("auditLog"),
  }),
];
