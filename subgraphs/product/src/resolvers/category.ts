import { isId } from "@shop/ids";
import { type CategoryResolvers } from "../generated/graphql";

export const category: CategoryResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.categoryById.load(id) : null),
  id: ({ _id }) => _id,
  parent: ({ parentId }, _args, { loaders }) => (parentId === null ? null : loaders.categoryById.load(parentId)),
  children: ({ _id }, _args, { loaders }) => loaders.childrenOf.load(_id),
  path: async (self, _args, { loaders }) => {
    const ancestors = await Promise.all(self.ancestorIds.map((id) => loaders.categoryById.load(id)));
    return [...ancestors.filter((ancestor) => ancestor !== null), self];
  },
  products: ({ _id }, args, { viewer, productList }) => productList.list(viewer, args, _id),
};
