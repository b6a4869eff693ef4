const firstMs = 100;
const longestMs = 5_000;

/**
 * How long to wait after so many failures in a row: longer each time, up to 5 s, and never as long as the others that fail
 * for the same reason wait.
 */
export function backoffMs(failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), longestMs) * (0.5 + Math.random() / 2);
}
