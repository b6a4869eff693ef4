import { type Resolvers } from "../generated/graphql";
import { AuditEntry } from "./audit-entry";
import { Mutation } from "./mutation";
import { Query } from "./query";
import { Session } from "./session";
import { User } from "./user";
import { UserError } from "./user-error";

export const resolvers = { AuditEntry, Mutation, Query, Session, User, UserError } satisfies Resolvers;
