import { execFile } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "../..");
const maxOutputBytes = 16 * 1024 * 1024;

export interface Ended {
  readonly code: number;
  /** Both streams, one after the other. */
  readonly output: string;
}

/** Runs docker; which files compose reads is said by COMPOSE_FILE. @throws where it cannot be started, or is killed */
export function docker(...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile("docker", args, { cwd: root, maxBuffer: maxOutputBytes }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, output: stdout + stderr });
      else if (typeof error.code === "number") resolve({ code: error.code, output: stdout + stderr });
      else reject(new Error(`docker ${args.join(" ")} was cut short`, { cause: error }));
    });
  });
}

export function compose(...args: string[]): Promise<Ended> {
  return docker("compose", ...args);
}

/** As `compose`. @returns what it wrote @throws with that, where it ends with anything but 0 */
export async function mustCompose(...args: string[]): Promise<string> {
  const { code, output } = await compose(...args);
  if (code !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

interface ContainerState {
  readonly State: { readonly ExitCode: number; readonly Status: string; readonly OOMKilled: boolean };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>>;
  };
  readonly Image: string;
}

/** The container of a service of the composed system, as `docker inspect` tells of it. */
export async function inspectService(service: string): Promise<ContainerState> {
  const id = (await mustCompose("ps", "--all", "--quiet", service)).trim();
  return inspect<ContainerState>("container", id);
}

export interface Image {
  /** Bytes. */
  readonly Size: number;
  readonly Config: { readonly User: string };
}

export function inspectImage(image: string): Promise<Image> {
  return inspect<Image>("image", image);
}

async function inspect<T>(kind: "container" | "image", name: string): Promise<T> {
  const { code, output } = await docker(kind, "inspect", name);
  if (code !== 0) throw new Error(output);
  const [found] = JSON.parse(output) as T[];
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}
