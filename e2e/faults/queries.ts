// As much of PromQL as our dashboard and alerts are written in.

const functions = new Set(["sum", "rate", "increase", "max", "topk", "histogram_quantile", "by"]);
/** Prometheus itself adds these to what it scrapes. */
const ofPrometheus = { metrics: ["up"], labels: ["job", "service", "le"] };

/** Every query in a dashboard's JSON or in a file of rules. */
export function readQueries(text: string): string[] {
  const inJson = [...text.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
    ([, json = '""']) => JSON.parse(json) as string,
  );
  const inRules = [...text.matchAll(/^ +expr:([^\n]*(?:\n {10,}[^\n]*)*)/gm)].map(([, query = ""]) =>
    query.replace(">\n", ""),
  );
  return [...inJson, ...inRules];
}

/** The metrics and labels that a query names. */
export function namesIn(query: string): { metrics: string[]; labels: string[] } {
  const groups = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = ""]) =>
    labels.split(",").map((label) => label.trim()),
  );
  const matchers = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = ""]) =>
    [...inner.matchAll(/(\w+)\s*[=!]/g)].map(([, label = ""]) => label),
  );
  const rest = query.replace(/by \([^)]*\)|\{[^}]*\}|\[[^\]]*\]/g, " ");
  const metrics = [...rest.matchAll(/[a-z_]\w*/gi)].map(([name]) => name).filter((name) => !functions.has(name));
  return { metrics, labels: [...groups, ...matchers] };
}

/** What a text of metrics has, and what Prometheus adds. */
export function exposedNames(text: string): { metrics: Set<string>; labels: Set<string>; families: Set<string> } {
  const lines = text.split("\n");
  const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return {
    metrics: new Set([...samples.map((line) => /^\w+/.exec(line)?.[0] ?? ""), ...ofPrometheus.metrics]),
    labels: new Set([...[...text.matchAll(/[{,](\w+)="/g)].map(([, label = ""]) => label), ...ofPrometheus.labels]),
    families: new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = ""]) => name)),
  };
}
