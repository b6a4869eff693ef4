/** That something of an upload may be in the bucket, and whose it is. */
export interface UploadNote {
  readonly id: string;
  /** The only one it can be attached to. */
  readonly ownerId: string;
  /** When it was made, or made anew because its image was taken away: from then on a day is counted. */
  readonly notedAt: Date;
}

/** A service's notes of its uploads, in its own database. What no note tells of is in use or gone. */
export interface UploadNotes {
  /** Adds a note. @returns false where the owner has `max` of them already */
  add(note: UploadNote, max: number): Promise<boolean>;
  find(id: string, ownerId: string): Promise<UploadNote | null>;
  /** Some that were made before. */
  olderThan(time: Date): Promise<UploadNote[]>;
  /** Removes a note, unless it was made anew since it was read. */
  remove(note: UploadNote): Promise<void>;
  /** Which public objects its owner has of this upload: what is shown, and must stay. */
  keysInUse(note: UploadNote): Promise<readonly string[]>;
}
