/** A request that a subgraph got. */
export interface RecordedRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How many requests were under way to any subgraph when it came, itself not counted. */
  readonly concurrent: number;
}

/** What the gateway asked of its subgraphs, in order. */
export interface Recorder {
  readonly requests: readonly RecordedRequest[];
  /** All representations that were sent, to one subgraph or to all. */
  representations(subgraph?: string): Readonly<Record<string, unknown>>[];
  to(subgraph: string): RecordedRequest[];
  clear(): void;
}

export interface WritableRecorder extends Recorder {
  /** @returns what to call when the request is answered */
  begin(request: Omit<RecordedRequest, "concurrent">): () => void;
}

export function createRecorder(): WritableRecorder {
  const requests: RecordedRequest[] = [];
  let underWay = 0;
  const to = (subgraph: string): RecordedRequest[] => requests.filter((request) => request.subgraph === subgraph);
  return {
    requests,
    to,
    representations: (subgraph) =>
      (subgraph === undefined ? requests : to(subgraph)).flatMap(({ variables }) =>
        Object.values(variables).flatMap((value) => (Array.isArray(value) ? value.filter(isRepresentation) : [])),
      ),
    clear: () => {
      requests.length = 0;
    },
    begin: (request) => {
      requests.push({ ...request, concurrent: underWay });
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
  };
}

function isRepresentation(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && "__typename" in value;
}
