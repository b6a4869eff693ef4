import { type Config } from "./config";
import { type ServicePlan } from "./services";
import { type Stores } from "./stores";

const demoPassword = "demo-password-1";

type Section = [title: string, rows: [name: string, value: string][]];

/** What a newcomer wants to see when everything is up. */
export function renderTable(
  config: Config,
  services: readonly ServicePlan[],
  stores: Stores,
  startedInMs: number,
): string {
  const gateway = `http://localhost:${config.GATEWAY_PORT}`;
  const service = (name: string) => services.find((plan) => plan.name === name)?.url ?? "";
  const sections: Section[] = [
    [
      "Open",
      [
        ["GraphQL", `${gateway}/graphql`],
        ["Subscriptions", `${gateway.replace("http", "ws")}/graphql`],
        ["GraphiQL", `${gateway}/graphiql`],
        ["REST docs", `${gateway}/docs`],
      ],
    ],
    [
      "Demo accounts",
      ["customer", "staff", "admin"].map((who): [string, string] => [`${who}@example.com`, demoPassword]),
    ],
    ["Services", ["user", "product", "order", "notification", "comment"].map((name) => [name, service(name)])],
    ...(config.OPS_PORT === 0 ? [] : [operationsOf(services)]),
    [
      "Stores",
      [
        ...stores.summary.flatMap(({ name, addresses: [first = "", ...others], kind }): [string, string][] => [
          [name, `${first}   (${kind})`],
          ...others.map((other): [string, string] => ["", other]),
        ]),
        ["payments", config.PAYMENTS_SANDBOX_URL ?? `${service("payments")}   (stand-in: sandbox provider)`],
      ],
    ],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length))) + 2;
  const body = sections.map(
    ([title, rows]) => `  ${title}\n${rows.map(([name, value]) => `    ${name.padEnd(width)}${value}`).join("\n")}`,
  );
  return [
    `\nThe shop is open (ready in ${(startedInMs / 1_000).toFixed(1)} s).\n`,
    body.join("\n\n"),
    `\n  Stand-ins are for development, demonstration and tests. Data and log: ${config.dataDir}. Ctrl-C ends it all.\n`,
  ].join("\n");
}

function operationsOf(services: readonly ServicePlan[]): Section {
  const rows = services.flatMap(({ name, env }): Section[1] =>
    env?.["OPS_PORT"] === undefined ? [] : [[name, `http://127.0.0.1:${env["OPS_PORT"]}/metrics`]],
  );
  return ["Metrics", rows];
}
