// Run by `npm run gateway`: GraphQL alone, on any composed supergraph.
import { runProcess } from "@shop/lifecycle";
import { handSpansOn } from "@shop/telemetry";
import { GraphQLError } from "graphql";
import { type Config, loadStandaloneConfig } from "./config";
import { startService } from "./service";
import { parseStandaloneOptions, usage } from "./standalone-options";

const parsed = parseStandaloneOptions(process.argv.slice(2));
if (!parsed.ok) refuse(`${parsed.problem}\n${usage}`);
handSpansOn();
const config = loadStandaloneConfig(parsed.options);

runProcess("gateway", (log) =>
  startService(config, log).catch((error: unknown) => {
    const problem = problemOf(error, config);
    if (problem === undefined) throw error;
    return refuse(problem);
  }),
);

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

/** What whoever typed the command got wrong; undefined where it is not theirs to mend. */
function problemOf(error: unknown, { supergraphFile, host, port }: Config): string | undefined {
  if (error instanceof GraphQLError) return `${supergraphFile} is no supergraph: ${error.message}`;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `Port ${port} is in use on ${host}.`;
  if (syscall === "listen" || syscall === "getaddrinfo") return `${host}:${port} cannot be listened on (${code}).`;
  if (syscall === "open" || syscall === "read") return `${supergraphFile} cannot be read (${code}).`;
  return undefined;
}
