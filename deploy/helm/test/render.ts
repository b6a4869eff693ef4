import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** The oldest that the chart says it runs on, one of now, and the newest that there are schemas of. */
export const kubernetesVersions = ["1.30", "1.34", "1.37"] as const;
export const [, usualVersion] = kubernetesVersions;

/** As much of Kubernetes' objects as is looked at here. */
export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
  readonly stringData?: Readonly<Record<string, string>>;
}

type Spec = Record<string, unknown> & { readonly template?: { readonly spec: PodSpec } };

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly [field: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly EnvironmentVariable[];
  readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<"cpu" | "memory", string>>>>;
  readonly [field: string]: unknown;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

interface Rendered {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/** @throws what Helm says of values that do not fit */
export function render(values: object, version: string = usualVersion): Rendered {
  const folder = mkdtempSync(join(tmpdir(), "chart-"));
  try {
    const file = join(folder, "values.json");
    writeFileSync(file, JSON.stringify(values));
    const chart = join(__dirname, "../shop");
    const capabilities = ["--kube-version", `${version}.0`, "--api-versions", "monitoring.coreos.com/v1"];
    const helm = spawnSync("helm", ["template", "shop", chart, "--values", file, ...capabilities], {
      encoding: "utf8",
    });
    if (helm.error !== undefined) throw helm.error;
    if (helm.status !== 0) throw new Error(helm.stderr);
    const documents = parseAllDocuments(helm.stdout).map((document) => document.toJS() as Manifest | null);
    return { text: helm.stdout, manifests: documents.filter((manifest) => manifest !== null) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

export const componentOf = ({ metadata }: Manifest): string => metadata.labels["app.kubernetes.io/component"] ?? "";

/** What runs containers. */
export function pods(manifests: readonly Manifest[]): { readonly name: string; readonly spec: PodSpec }[] {
  return manifests.flatMap(({ metadata, spec: { template } = {} }) =>
    template === undefined ? [] : [{ name: metadata.name, spec: template.spec }],
  );
}
