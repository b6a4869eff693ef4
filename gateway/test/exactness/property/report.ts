import { type Counterexample } from "./check";

/** A counterexample as somebody reads it: schemas, operation, plan, what was asked and answered, both answers. */
export function describeCounterexample(found: Counterexample): string {
  return [
    section("monolith", found.monolithSdl),
    ...Object.entries(found.subgraphs).map(([name, sdl]) => section(`subgraph ${name}`, sdl)),
    section("operation", `${found.operation.text}\nvariables ${JSON.stringify(found.operation.variables)}`),
    section("plan", found.plan),
    section(
      "requests",
      found.requests
        .map(({ subgraph, query, variables, answer }) =>
          [`${subgraph}: ${query}`, `  ${JSON.stringify(variables)}`, `  -> ${JSON.stringify(answer)}`].join("\n"),
        )
        .join("\n"),
    ),
    section("monolith answers", JSON.stringify(found.expected)),
    section("engine answers", JSON.stringify(found.actual)),
    section("differences", found.differences.join("\n")),
  ].join("\n");
}

function section(title: string, text: string): string {
  return `--- ${title}\n${text}\n`;
}
