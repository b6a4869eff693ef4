import { type Connection, type Model, Schema } from "mongoose";

export interface CategoryRecord {
  readonly _id: string;
  readonly slug: string;
  readonly name: string;
  /** Null for a root. */
  readonly parentId: string | null;
  /** The materialised path: from the root to the parent. It follows from the parents, and is mended if it does not. */
  readonly ancestorIds: string[];
  readonly version: number;
}

export interface CategoryDocument extends CategoryRecord {
  /** The viewer and idempotency key that made it, and a digest of the input. */
  readonly creation: { readonly scope: string; readonly digest: string };
}

const categorySchema = new Schema<CategoryDocument>(
  {
    _id: String,
    slug: String,
    name: String,
    parentId: String,
    ancestorIds: [String],
    version: Number,
    creation: new Schema<CategoryDocument["creation"]>({ scope: String, digest: String }, { _id: false }),
  },
  { versionKey: false, autoIndex: false, strict: "throw" },
);

categorySchema.index({ slug: 1 }, { unique: true });
categorySchema.index({ "creation.scope": 1 }, { unique: true });
categorySchema.index({ parentId: 1, name: 1 });
categorySchema.index({ ancestorIds: 1 });

export type CategoryModel = Model<CategoryDocument>;

export function createCategoryModel(connection: Connection): CategoryModel {
  return connection.model<CategoryDocument>("Category", categorySchema, "categories");
}
