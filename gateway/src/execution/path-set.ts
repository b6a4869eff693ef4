import { type ResponsePath } from "./outcome";

/** Paths into an answer. */
export interface PathSet {
  add(path: ResponsePath): void;
  /** Whether one of the paths is this one, or lies above or below it. */
  touches(path: ResponsePath): boolean;
}

interface PathNode {
  readonly below: Map<string | number, PathNode>;
  isPath: boolean;
}

export function createPathSet(paths: readonly ResponsePath[]): PathSet {
  const root = newNode();
  const add = (path: ResponsePath): void => {
    let node = root;
    for (const step of path) {
      const next = node.below.get(step) ?? newNode();
      node.below.set(step, next);
      node = next;
    }
    node.isPath = true;
  };
  paths.forEach(add);
  return {
    add,
    touches: (path) => {
      let node: PathNode | undefined = root;
      for (const step of path) {
        if (node.isPath) return true;
        node = node.below.get(step);
        if (node === undefined) return false;
      }
      return node.isPath || node.below.size > 0;
    },
  };
}

function newNode(): PathNode {
  return { below: new Map(), isPath: false };
}
