// Who may reach whom, worked out from the policies as a network plugin would.
import { componentOf, type Manifest, ofKind, pods, render } from "./render";
import { minimal, production } from "./values";

interface Peer {
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}
interface Rule {
  readonly ports: readonly { readonly port: number }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

const components = ["gateway", "user", "product", "order", "notification", "comment", "migrate"];

/** `caller → callee:port`, where both sides' policies agree, and who comes from other namespaces. */
function connections(manifests: readonly Manifest[]): string[] {
  const policies = new Map(ofKind(manifests, "NetworkPolicy").map((policy) => [componentOf(policy), policy]));
  const rules = (component: string, side: "ingress" | "egress") =>
    (policies.get(component)?.spec[side] as Rule[] | undefined) ?? [];
  const ends = (component: string, side: "ingress" | "egress"): string[] =>
    rules(component, side).flatMap(({ ports, from, to }) =>
      (from ?? to ?? []).flatMap((peer) => ports.map(({ port }) => `${nameOf(peer)}:${port}`)),
    );
  return components.flatMap((callee) =>
    ends(callee, "ingress").flatMap((end) => {
      const [caller = "", port = ""] = end.split(":");
      const isOurs = components.includes(caller);
      return isOurs && !ends(caller, "egress").includes(`${callee}:${port}`) ? [] : [`${caller} → ${callee}:${port}`];
    }),
  );
}

function nameOf({ podSelector, namespaceSelector }: Peer): string {
  const namespace = namespaceSelector?.matchLabels["kubernetes.io/metadata.name"];
  return namespace ?? podSelector?.matchLabels["app.kubernetes.io/component"] ?? "anyone";
}

const amongUs = [
  ...["gateway", "product", "order", "notification", "comment"].map((caller) => `${caller} → user:8080`),
  "gateway → product:8081",
  "order → product:8181",
  "gateway → order:8082",
  "notification → order:8082",
  "gateway → notification:8083",
  "gateway → comment:8084",
];
const metrics = components.filter((name) => name !== "migrate").map((name) => `monitoring → ${name}:9464`);

it("lets the gateway at the subgraphs, order at product's RPC, and nobody else", () => {
  const found = connections(render(minimal).manifests);
  expect(found.sort()).toEqual([...amongUs, ...metrics, "ingress-nginx → gateway:8085"].sort());
});

it("lets the Ingress at webhooks of payments and at services that have a host of their own", () => {
  const found = connections(render(production).manifests);
  const ingress = ["gateway:8085", "order:8082", "notification:8083"].map((callee) => `ingress-nginx → ${callee}`);
  expect(found.sort()).toEqual([...amongUs, ...metrics, ...ingress].sort());
});

it("lets an Ingress that is none of the chart's at webhooks of payments where the values name their host", () => {
  const { manifests } = render({ ...minimal, ingress: { restHosts: { order: "shop.example.com" } } });
  expect(ofKind(manifests, "Ingress")).toEqual([]);
  expect(connections(manifests)).toContain("ingress-nginx → order:8082");
});

it("lets each at its own stores alone", () => {
  const policies = ofKind(render(production).manifests, "NetworkPolicy");
  const outside = policies.map((policy) => [
    componentOf(policy),
    (policy.spec["egress"] as Rule[])
      .filter(({ to }) => to === undefined)
      .flatMap(({ ports }) => ports.map(({ port }) => port)),
  ]);
  expect(Object.fromEntries(outside)).toEqual({
    gateway: [6379, 9092, 4318],
    user: [5432, 6379, 9092, 443, 9000, 465, 587, 4318],
    product: [27017, 9092, 443, 9000, 4318],
    order: [5432, 9092, 443, 4318],
    notification: [6379, 9092, 465, 587, 4318],
    comment: [5432, 9092, 4318],
    migrate: [5432],
  });
  for (const { spec } of policies) expect(spec["policyTypes"]).toEqual(["Ingress", "Egress"]);
});

it("holds for every pod: each has the labels of one policy", () => {
  const { manifests } = render(production);
  const selected = ofKind(manifests, "NetworkPolicy").map(componentOf);
  expect(selected.sort()).toEqual([...components].sort());
  expect(pods(manifests)).toHaveLength(6 + 3);
});

it("narrows a store down to where it is", () => {
  const to = [{ ipBlock: { cidr: "10.0.0.0/24" } }];
  const values = { ...minimal, networkPolicies: { stores: { postgres: { ports: [6432], to } } } };
  const order = ofKind(render(values).manifests, "NetworkPolicy").find((policy) => componentOf(policy) === "order");
  expect(order?.spec["egress"]).toContainEqual({ ports: [{ port: 6432 }], to });
});

it("leads the shop's host to the gateway, webhooks to order, and keeps sockets open", () => {
  const ingresses = ofKind(render(production).manifests, "Ingress").map(({ metadata, spec }) => ({
    readTimeout: metadata.annotations?.["nginx.ingress.kubernetes.io/proxy-read-timeout"],
    ...spec,
  }));
  const path = (at: string, service: string) => ({
    path: at,
    pathType: "Prefix",
    backend: { service: { name: service, port: { name: "http" } } },
  });
  const readTimeout = "3600";
  const tls = (host: string) => [{ hosts: [host], secretName: "shop-tls" }];
  expect(ingresses).toMatchObject([
    {
      readTimeout,
      tls: tls("shop.example.com"),
      rules: [
        {
          host: "shop.example.com",
          http: { paths: [path("/v1/payment-webhooks", "shop-order"), path("/", "shop-gateway")] },
        },
      ],
    },
    {
      readTimeout,
      tls: tls("live.example.com"),
      rules: [{ host: "live.example.com", http: { paths: [path("/", "shop-notification")] } }],
    },
  ]);
});
