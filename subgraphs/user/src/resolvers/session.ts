import { type SessionResolvers } from "../generated/graphql";

export const Session: SessionResolvers = {
  current: (session, _args, { reader }) => session.id === reader?.sessionId,
};
