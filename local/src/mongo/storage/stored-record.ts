import { type PlainDocument } from "../values/bson";

/** A document as a collection holds it. A change makes a new one; one that was handed out never changes. */
export interface StoredRecord {
  /** The order of insertion; a changed document keeps its own. */
  readonly sequence: number;
  /** Exactly what the client sent, `_id` first. */
  readonly bytes: Buffer;
  /** The same, decoded. Shared: to be read only. */
  readonly document: PlainDocument;
}
