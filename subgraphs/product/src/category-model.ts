import { type Connection, type Model, Schema } from "mongoose";
import { outboxIndex, outboxSchema, type Publishing } from "./outbox-model";

export interface CategoryRecord {
  readonly _id: string;
  readonly slug: string;
  readonly name: string;
  /** Null for a root. */
  readonly parentId: string | null;
  /**
   * The materialised path: from the root to the parent. It follows from the parents, and is behind them while a move of
   * something above it is under way.
   */
  readonly ancestorIds: string[];
  readonly version: number;
}

export interface CategoryDocument extends CategoryRecord, Publishing {
  /** The viewer and idempotency key that made it, and a digest of the input. */
  readonly creation: { readonly scope: string; readonly digest: string };
  /** It was moved, and those below it may still have their old paths. */
  readonly isMoving?: true;
  /** Calls that are putting products into it, and how many ever did: see product-arrivals.ts. */
  readonly arrivals?: readonly { readonly id: string; readonly since: Date }[];
  readonly arrivalCount?: number;
  /**
   * It was removed, and stays until others have been told of it. Its slug and its scope are its id, which is neither, so
   * that another can have them; whatever looks for categories otherwise says `whereThere`.
   */
  readonly isRemoved?: true;
}

/** What is a category still: see `isRemoved`. */
export const whereThere = { isRemoved: { $ne: true } } as const;

/** Reads leave out what only guards and workers need. */
export const categoryFields = {
  creation: 0,
  isMoving: 0,
  arrivals: 0,
  arrivalCount: 0,
  outbox: 0,
  outboxLease: 0,
} as const;

const embedded = { _id: false } as const;

const categorySchema = new Schema<CategoryDocument>(
  {
    _id: String,
    slug: String,
    name: String,
    parentId: String,
    ancestorIds: [String],
    version: Number,
    creation: new Schema<CategoryDocument["creation"]>({ scope: String, digest: String }, embedded),
    isMoving: Boolean,
    arrivals: [new Schema<{ id: string; since: Date }>({ id: String, since: Date }, embedded)],
    arrivalCount: Number,
    isRemoved: Boolean,
    ...outboxSchema,
  },
  { versionKey: false, autoIndex: false, strict: "throw" },
);

categorySchema.index({ slug: 1 }, { unique: true });
categorySchema.index({ "creation.scope": 1 }, { unique: true });
categorySchema.index({ parentId: 1 });
categorySchema.index({ ancestorIds: 1 });
// Workers: what was moved or removed, events that wait.
categorySchema.index({ isMoving: 1 }, { sparse: true });
categorySchema.index({ isRemoved: 1 }, { sparse: true });
categorySchema.index(outboxIndex, { sparse: true });

export type CategoryModel = Model<CategoryDocument>;

export function createCategoryModel(connection: Connection): CategoryModel {
  return connection.model<CategoryDocument>("Category", categorySchema, "categories");
}
