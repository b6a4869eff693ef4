// What every pod has, and what its process is told.
import { parseEnvironment } from "@shop/env";
import { environment as ofTelemetry } from "../../../packages/telemetry/src/config";
import { environment as ofDoors } from "../../../packages/subgraph-server/src/config";
import { environment as ofGateway } from "../../../gateway/src/environment";
import { environment as ofComment } from "../../../subgraphs/comment/src/config";
import { environment as ofNotification } from "../../../subgraphs/notification/src/config";
import { environment as ofOrder } from "../../../subgraphs/order/src/config";
import { environment as ofProduct } from "../../../subgraphs/product/src/config";
import { environment as ofUser } from "../../../subgraphs/user/src/config";
import { type EnvironmentVariable, type Manifest, ofKind, pods, render } from "./render";
import { bare, minimal, production } from "./values";

const readers = {
  gateway: [ofTelemetry, ofGateway],
  user: [ofTelemetry, ofDoors, ofUser],
  product: [ofTelemetry, ofDoors, ofProduct],
  order: [ofTelemetry, ofDoors, ofOrder],
  notification: [ofTelemetry, ofDoors, ofNotification],
  comment: [ofTelemetry, ofDoors, ofComment],
};
type Fields = Readonly<Record<string, { parse(value: unknown): unknown }>>;
type Component = keyof typeof readers;
const components = Object.keys(readers) as Component[];

const sets = { minimal, production, bare };
const rendered = new Map(Object.entries(sets).map(([name, values]) => [name, render(values).manifests]));
const manifestsOf = (set: string): readonly Manifest[] => rendered.get(set) ?? [];

describe.each(Object.keys(sets))("with the values %s", (set) => {
  it("lets no pod do more than its work", () => {
    const all = pods(manifestsOf(set));
    expect(all.length).toBeGreaterThanOrEqual(components.length);
    for (const { spec } of all) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(Object.keys(spec).filter((field) => field.startsWith("host"))).toEqual([]);
      for (const container of spec.containers) {
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        });
        for (const bound of [container.resources.requests, container.resources.limits]) {
          expect(bound).toEqual({ cpu: expect.any(String) as string, memory: expect.any(String) as string });
        }
      }
    }
  });

  it("asks each service whether it lives and is ready, and leaves it time to end", () => {
    for (const { spec } of ofKind(manifestsOf(set), "Deployment")) {
      const pod = spec.template?.spec;
      const port = "operations";
      expect(pod).toMatchObject({
        terminationGracePeriodSeconds: 30,
        containers: [
          {
            startupProbe: { httpGet: { path: "/livez", port } },
            livenessProbe: { httpGet: { path: "/livez", port } },
            readinessProbe: { httpGet: { path: "/readyz", port } },
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
          },
        ],
      });
      expect(pod?.["topologySpreadConstraints"]).toHaveLength(2);
    }
  });

  it("tells each service what it reads, on the ports that its Service has, and nothing else", () => {
    for (const component of components) {
      const container = containerOf(set, component);
      const variables = Object.fromEntries(container.env.map((variable) => [variable.name, variable]));
      const known = new Set(readers[component].flatMap(({ shape }) => Object.keys(shape)));
      const foreign = Object.keys(variables).filter((name) => !known.has(name));
      // What all processes are told, the gateway reads; not every service has a use for each.
      expect(foreign.filter((name) => !Object.keys(ofGateway.shape).includes(name))).toEqual([]);
      const portVariables = {
        http: `${component.toUpperCase()}_PORT`,
        inventory: "INVENTORY_PORT",
        operations: "OPS_PORT",
      };
      for (const { name, containerPort } of container.ports ?? []) {
        const variable = portVariables[name as keyof typeof portVariables];
        const shapes = readers[component].map(({ shape }) => shape as Fields);
        const fields = shapes.reduce((all, shape) => ({ ...all, ...shape }), {});
        expect([name, fields[variable]?.parse(undefined)]).toEqual([name, containerPort]);
      }
      const service = ofKind(manifestsOf(set), "Service").find(({ metadata }) => metadata.name === `shop-${component}`);
      expect((service?.spec["ports"] as { targetPort: string }[]).map(({ targetPort }) => targetPort)).toEqual(
        container.ports?.map(({ name }) => name),
      );
    }
  });
});

it.each(["production", "bare"])("gives every service what it starts with in production: %s", (set) => {
  for (const component of components) {
    const values = Object.fromEntries(
      containerOf(set, component).env.map((variable) => [variable.name, valueOf(set, variable)]),
    );
    for (const schema of readers[component]) {
      const outcome = parseEnvironment(schema as never, values);
      expect([component, outcome.ok ? [] : outcome.problems]).toEqual([component, []]);
    }
  }
});

it("names for every service a Secret that is there already, or makes one; a secret stands nowhere else", () => {
  for (const { name, spec } of pods(manifestsOf("minimal"))) {
    for (const { env } of spec.containers) {
      const secrets = env.flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom.secretKeyRef.name]));
      expect(new Set(secrets)).toEqual(new Set([`given-${name.split("-").at(-1) ?? ""}`]));
    }
  }
  const { text } = render(production);
  for (const { values } of Object.values(production.secrets)) {
    for (const secret of Object.values(values)) {
      const lines = text.split("\n").filter((line) => line.includes(secret ?? "missing"));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).not.toMatch(/value:/);
    }
  }
});

it("applies the migrations of each database before all else, and lets a service see no database but its own", () => {
  const manifests = manifestsOf("production");
  const jobs = ofKind(manifests, "Job").map(({ metadata, spec }) => ({
    hook: metadata.annotations?.["helm.sh/hook"],
    ...spec.template?.spec.containers[0],
  }));
  expect(jobs).toMatchObject(
    ["user", "order", "comment"].map((database) => ({
      hook: "pre-install,pre-upgrade",
      image: "registry.example.com/shop/migrate:1.2.3",
      args: [database],
      env: [
        { name: "NODE_ENV", value: "production" },
        {
          name: `${database.toUpperCase()}_DATABASE_URL`,
          valueFrom: { secretKeyRef: { name: `shop-migrate-${database}` } },
        },
      ],
    })),
  );
  for (const component of components) {
    const own = containerOf("production", component).env.filter(({ name }) => name.endsWith("_DATABASE_URL"));
    expect(own.map(({ name }) => name)).toEqual(
      ["user", "order", "comment"].includes(component) ? [`${component.toUpperCase()}_DATABASE_URL`] : [],
    );
  }
});

it("scales by CPU, and by sockets what holds them", () => {
  const byMetric = ofKind(manifestsOf("production"), "HorizontalPodAutoscaler").map(({ metadata, spec }) => [
    metadata.name,
    (spec["metrics"] as { type: string }[]).map(({ type }) => type).join(),
  ]);
  const sockets = ["gateway", "notification"];
  expect(Object.fromEntries(byMetric)).toEqual(
    Object.fromEntries(
      components.map((name) => [`shop-${name}`, sockets.includes(name) ? "Resource,Pods" : "Resource"]),
    ),
  );
});

function containerOf(set: string, component: string) {
  const pod = pods(manifestsOf(set)).find(({ name }) => name === `shop-${component}`);
  const [container] = pod?.spec.containers ?? [];
  if (container === undefined) throw new Error(`no pod of ${component}`);
  return container;
}

function valueOf(set: string, { value, valueFrom }: EnvironmentVariable): string | undefined {
  if (valueFrom === undefined) return value;
  const { name, key } = valueFrom.secretKeyRef;
  return ofKind(manifestsOf(set), "Secret").find(({ metadata }) => metadata.name === name)?.stringData?.[key];
}
