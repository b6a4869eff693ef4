import { type FastifyInstance } from "fastify";

/** What runs when a process is asked to end may go on for so long. */
export const drainLimitMs = 10_000;
const lookMs = 50;

/**
 * Closes an HTTP server: it takes no connection any more, finishes what runs (until the limit, then it is cut off), and
 * closes each kept connection as soon as nothing runs on it. Node closes those that are idle at the beginning, and would wait for
 * the others until their clients think of it.
 */
export async function drainServer(app: FastifyInstance, limitMs = drainLimitMs): Promise<void> {
  const looking = setInterval(() => app.server.closeIdleConnections(), lookMs);
  const impatience = setTimeout(() => app.server.closeAllConnections(), limitMs);
  try {
    await app.close();
  } finally {
    clearInterval(looking);
    clearTimeout(impatience);
  }
}
