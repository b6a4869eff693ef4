import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubernetesVersions, ofKind, render, usualVersion } from "./render";
import { bare, minimal, production } from "./values";

// Everything on each version, each set on one of them.
const cases = [
  ...kubernetesVersions.map((version) => ({ version, set: "production", values: production })),
  { version: usualVersion, set: "minimal", values: minimal },
  { version: usualVersion, set: "bare", values: bare },
];

it.each(cases)("makes of the values $set what Kubernetes $version takes", ({ version, values }) => {
  const { manifests } = render(values, version);
  const folder = mkdtempSync(join(tmpdir(), "chart-"));
  const file = join(folder, "rendered.yaml");
  // Prometheus Operator's are none of Kubernetes' own.
  const own = manifests.filter(({ kind }) => kind !== "ServiceMonitor");
  writeFileSync(file, own.map((manifest) => JSON.stringify(manifest)).join("\n---\n"));
  const checked = spawnSync("kubernetes-validate", ["--strict", "--kubernetes-version", version, file], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  if (checked.error !== undefined) throw checked.error;
  const complaints = `${checked.stdout}${checked.stderr}`.split("\n").filter((line) => !/^(INFO .*|)$/.test(line));
  expect({ status: checked.status, complaints }).toEqual({ status: 0, complaints: [] });
});

it("makes of each set what it asks for", () => {
  const kinds = (values: object) => {
    const counts: Record<string, number> = {};
    for (const { kind } of render(values).manifests) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  };
  const always = { Deployment: 6, Service: 6, ServiceAccount: 6 };
  expect(kinds(bare)).toEqual({ ...always, Secret: 6 });
  const usual = { ...always, HorizontalPodAutoscaler: 6, PodDisruptionBudget: 6, NetworkPolicy: 7, Job: 3 };
  expect(kinds(minimal)).toEqual({ ...usual, ServiceMonitor: 6 });
  expect(kinds(production)).toEqual({ ...usual, ServiceMonitor: 6, Secret: 9, Ingress: 2 });
});

it("has the metrics read at the operations port, as the job of the alerts, where the cluster knows Prometheus Operator", () => {
  const { manifests } = render(production);
  const labels = new Map(ofKind(manifests, "Service").map(({ metadata }) => [metadata.name, metadata.labels]));
  for (const { metadata, spec } of ofKind(manifests, "ServiceMonitor")) {
    expect(spec["endpoints"]).toEqual([{ port: "operations", path: "/metrics", interval: "15s" }]);
    expect(labels.get(metadata.name)?.[spec["jobLabel"] as string]).toBe("shop");
  }
});

const without = (name: string) => ({ ...minimal, [name]: undefined });

it.each([
  ["no address", { ...minimal, publicUrl: "" }, /publicUrl/],
  ["no broker", { ...minimal, kafka: { brokers: [] } }, /brokers/],
  [
    "no secrets",
    without("secrets"),
    /secrets\.comment\.existingSecret, or secrets\.comment\.values\.COMMENT_DATABASE_URL/,
  ],
  ["a secret of six", { ...production, secrets: { ...production.secrets, order: { values: {} } } }, /secrets\.order/],
  ["no public keys", without("publicKeys"), /publicKeys/],
  ["what it does not know", { ...minimal, ingres: { enabled: true } }, /ingres/],
  ["another provider", { ...minimal, payments: { provider: "cash" } }, /provider/],
  ["a sandbox without an address", { ...minimal, payments: { provider: "sandbox" } }, /sandboxUrl/],
])("refuses values with %s", (_, values, reason) => {
  expect(() => render(values)).toThrow(reason);
});
