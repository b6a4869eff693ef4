import { isId } from "@shop/ids";
import { type CategoryResolvers } from "../generated/graphql";

export const category: CategoryResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.categoryById.load(id) : null),
  id: ({ _id }) => _id,
  parent: ({ parentId }, _args, { loaders }) => (parentId === null ? null : loaders.categoryById.load(parentId)),
  children: ({ _id }, _args, { loaders }) => loaders.childrenOf.load(_id),
  path: async (self, _args, { loaders }) => {
    // At once what the stored path names. The parents have the last word: it is behind them while a branch is moved.
    await loaders.categoryById.loadMany(self.ancestorIds);
    const path = [self];
    for (let above = self.parentId; above !== null;) {
      const parent = await loaders.categoryById.load(above);
      if (parent === null) break;
      path.unshift(parent);
      above = parent.parentId;
    }
    return path;
  },
  products: ({ _id }, args, { viewer, productList }) => productList.list(viewer, args, _id),
};
