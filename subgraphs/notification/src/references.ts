import { type Preferences } from "./readers";

/** An entity of another subgraph, which fills in the rest. */
export interface Reference {
  readonly id: string;
}

export interface OwnPreferences extends Preferences {
  /** The user's whose they are. */
  readonly id: string;
}
