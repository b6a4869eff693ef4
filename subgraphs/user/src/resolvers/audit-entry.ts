import { type AuditEntryResolvers } from "../generated/graphql";

export const AuditEntry: AuditEntryResolvers = {
  actor: ({ actorId }, _args, { loaders }) => (actorId === null ? null : loaders.userById.load(actorId)),
  before: ({ before }) => (before === null ? null : JSON.stringify(before)),
  after: ({ after }) => (after === null ? null : JSON.stringify(after)),
};
