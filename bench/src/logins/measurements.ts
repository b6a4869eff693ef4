import { type LatencySummary, summariseLatencies } from "../load/latencies";
import { type Answer, type AskUser, emailOf, loginMutation, password, resetMutation } from "./accounts";

/** Two kinds of tries that nobody may tell apart, made in turn. */
export interface Pair {
  readonly known: LatencySummary;
  readonly unknown: LatencySummary;
}

export interface Flood {
  readonly clients: number;
  readonly loginsPerSecond: number;
  readonly login: LatencySummary;
  /** Sent away at once, since too many waited for a hash. */
  readonly sentAway: number;
  /** `me` of somebody who is signed in, asked 20 times a second meanwhile. */
  readonly me: LatencySummary;
}

const warmUps = 10;
const meIntervalMs = 50;

/** A wrong password and an address that nobody has. */
export const comparePasswords = (ask: AskUser, tries: number): Promise<Pair> =>
  compare(tries, "INVALID_CREDENTIALS", (email) => ask(loginMutation, { input: { email, password: `${password}!` } }));

/** A reset asked for by somebody with an account and by nobody. */
export const compareResets = (ask: AskUser, tries: number): Promise<Pair> =>
  compare(tries, undefined, (email) => ask(resetMutation, { email }));

async function compare(
  tries: number,
  expected: string | undefined,
  attempt: (email: string) => Promise<Answer>,
): Promise<Pair> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < warmUps + tries; n++) {
    // Neither always comes after the other.
    const order = n % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
    for (const kind of order) {
      const { ms, code } = await attempt(kind === "known" ? emailOf(n) : `nobody-${emailOf(n)}`);
      if (code !== expected) throw new Error(`The answer is ${code}, not ${expected}.`);
      if (n >= warmUps) times[kind].push(ms);
    }
  }
  return { known: summariseLatencies(times.known), unknown: summariseLatencies(times.unknown) };
}

/** So many clients sign in, each again as soon as it is answered, while somebody else asks for what needs no hash. */
export async function flood(ask: AskUser, clients: number, durationMs: number): Promise<Flood> {
  const accessToken = await signIn(ask, emailOf(0));
  const loginMs: number[] = [];
  const meMs: number[] = [];
  let sentAway = 0;
  const endsAtMs = performance.now() + durationMs;
  const client = async (first: number): Promise<void> => {
    for (let n = first; performance.now() < endsAtMs; n += clients) {
      const { ms, code } = await ask(loginMutation, { input: { email: emailOf(n % 100), password } });
      if (code === undefined) loginMs.push(ms);
      else if (code === "RATE_LIMITED") sentAway += 1;
      else throw new Error(`The answer is ${code}.`);
    }
  };
  const bystander = async (): Promise<void> => {
    while (performance.now() < endsAtMs) {
      const { ms, code } = await ask("{ me { id displayName } }", {}, accessToken);
      if (code !== undefined) throw new Error(`The answer is ${code}.`);
      meMs.push(ms);
      await new Promise((resolve) => setTimeout(resolve, meIntervalMs));
    }
  };
  await Promise.all([bystander(), ...Array.from({ length: clients }, (_, n) => client(n))]);
  const login = loginMs.length === 0 ? { p50Ms: 0, p95Ms: 0, p99Ms: 0 } : summariseLatencies(loginMs);
  const loginsPerSecond = (loginMs.length * 1_000) / durationMs;
  return { clients, loginsPerSecond, login, sentAway, me: summariseLatencies(meMs) };
}

async function signIn(ask: AskUser, email: string): Promise<string> {
  const { data } = await ask(loginMutation, { input: { email, password } });
  return (data?.["login"] as unknown as { tokens: { accessToken: string } }).tokens.accessToken;
}
