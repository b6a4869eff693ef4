import { type UserErrorResolvers } from "../generated/graphql";

export const UserError: UserErrorResolvers = {
  __resolveType: () => "GenericUserError",
};
