/** A neighbour did not answer in time or at all: whether it did what it was asked is not known, and it is asked again. */
export class UnavailableError extends Error {}
