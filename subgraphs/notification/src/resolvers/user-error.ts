import { type UserErrorResolvers } from "../generated/graphql";

export const userError: UserErrorResolvers = {
  __resolveType: () => "GenericUserError",
};
