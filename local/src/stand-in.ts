import { type Logger } from "@shop/telemetry";

/** What every stand-in for a backing service is started with. Its process owns `dataDir` alone. */
export interface StandInOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where it keeps its data over restarts; made if missing. */
  readonly dataDir: string;
  readonly log: Logger;
}

/** A running stand-in, spoken to over the wire protocol of what it stands in for. */
export interface StandIn {
  readonly port: number;
  /** Ends connections, syncs data to disk and frees the port. */
  stop(): Promise<void>;
}

export type StartStandIn = (options: StandInOptions) => Promise<StandIn>;
