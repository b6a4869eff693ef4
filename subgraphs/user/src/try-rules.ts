/** So many tries are free. From then on each makes the next wait, twice as long as the one before it did. */
export interface Delays {
  readonly free: number;
  readonly firstMs: number;
  readonly maxMs: number;
  /** One try is forgotten every so often: where that is less than `maxMs`, who goes on evenly waits about so long each time. */
  readonly forgetMs: number;
}

/** What counts tries: a device, an address, an account. */
export interface Bucket {
  readonly key: string;
  readonly delays: Delays;
}

/** What one try counts for. */
export interface Buckets {
  /** Of whoever tries, and nobody else's. */
  readonly own: Bucket;
  readonly others?: {
    /** Delays all who share it, whoever of them tried. */
    readonly shared: Bucket;
    /**
     * Also counts what others tried, but only makes each wait longer after their own last try, and somebody new once:
     * they get their turn when that is over, however many others try meanwhile.
     */
    readonly target: Bucket;
  };
}

export function listOf({ own, others }: Buckets): Bucket[] {
  return others === undefined ? [own] : [own, others.shared, others.target];
}

export interface Tries {
  /** At the last try; a fraction of it may be forgotten. */
  readonly count: number;
  readonly lastAtMs: number;
  /** For how long the target made its owner wait then: that is not taken back. */
  readonly targetMs: number;
}

interface Kept {
  readonly bucket: Bucket;
  readonly tries: Tries;
}

/**
 * Whether a try may be made now, and what is to be kept of it.
 * @param triesOf what is kept of a bucket
 * @returns 0 or how long to wait, and what is to be kept in place of what was: the try itself where there is no wait
 */
export function judgeTry(
  buckets: Buckets,
  triesOf: (key: string) => Tries | undefined,
  nowMs: number,
): { readonly waitMs: number; readonly kept: readonly Kept[] } {
  const { own, others } = buckets;
  const countOf = ({ key, delays }: Bucket): number => countAt(nowMs, triesOf(key), delays);
  const waitOf = (bucket: Bucket): number => {
    const { lastAtMs, targetMs } = triesOf(bucket.key) ?? never;
    return lastAtMs + Math.max(targetMs, delayOf(countOf(bucket), bucket.delays)) - nowMs;
  };
  /** @param more tries than there were */
  const targetMs = (more: number): number =>
    others === undefined ? 0 : delayOf(countOf(others.target) + more, others.target.delays);

  const isNew = triesOf(own.key) === undefined;
  if (isNew && targetMs(0) > 0) {
    const tries = { count: 0, lastAtMs: nowMs, targetMs: targetMs(0) };
    return { waitMs: tries.targetMs, kept: [{ bucket: own, tries }] };
  }
  const waitMs = Math.max(waitOf(own), others === undefined ? 0 : waitOf(others.shared));
  if (waitMs > 0) return { waitMs, kept: [] };
  const kept = listOf(buckets).map((bucket) => {
    const tries = { count: countOf(bucket) + 1, lastAtMs: nowMs, targetMs: bucket === own ? targetMs(1) : 0 };
    return { bucket, tries };
  });
  return { waitMs: 0, kept };
}

const never: Tries = { count: 0, lastAtMs: -Infinity, targetMs: 0 };

function countAt(nowMs: number, tries: Tries | undefined, { forgetMs }: Delays): number {
  return tries === undefined ? 0 : Math.max(0, tries.count - (nowMs - tries.lastAtMs) / forgetMs);
}

function delayOf(count: number, { free, firstMs, maxMs }: Delays): number {
  const over = Math.ceil(count) - free;
  return over < 0 ? 0 : Math.min(maxMs, firstMs * 2 ** over);
}

/** How long tries have to be kept: until all are forgotten, and nobody waits. */
export function keptMs({ count, targetMs }: Tries, { maxMs, forgetMs }: Delays): number {
  return Math.ceil(count) * forgetMs + 2 * Math.max(maxMs, targetMs);
}
