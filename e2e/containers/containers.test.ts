import { randomUUID } from "node:crypto";
import { createShopClient } from "../test/client";
import { eventually } from "../test/eventually";
import { endSessionEverywhere } from "../test/logout";
import { takeProductToReview } from "../test/purchase";
import { logIn, mutate } from "../test/shopping";
import { compose, inspectImage, inspectService, mustCompose } from "./compose";

const at = (port: number): string => `http://localhost:${port}`;
const services = {
  gateway: at(8085),
  user: at(8080),
  product: at(8081),
  order: at(8082),
  notification: at(8083),
  comment: at(8084),
};
const names = Object.keys(services);
const stores = ["postgres_user", "postgres_order", "postgres_comment", "mongo", "redis", "kafka", "minio"];
const maxImageBytes = 300_000_000;
const customer = { email: `ada-${randomUUID()}@example.com`, password: "a long enough secret", displayName: "Ada" };

beforeAll(async () => {
  await mustCompose("up", "--detach", "--wait", "--wait-timeout", "300");
  await mustCompose("run", "--rm", "--no-deps", "--no-TTY", "seed_user");
  await mutate(
    createShopClient(services.gateway),
    `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { errors { code message path } } }`,
    { input: customer },
  );
}, 400_000);

it.each([
  ["docker-compose.yml by itself", ["docker-compose.yml"]],
  ["the stand-ins over it", ["docker-compose.yml", "deploy/compose/stand-ins.yml"]],
])("reads %s, every profile of it", async (_what, files) => {
  const args = files.flatMap((file) => ["--file", file]);
  expect(await compose(...args, "--profile", "*", "config", "--quiet")).toEqual({ code: 0, output: "" });
});

it.each([...names, "migrate_user", "payments"])(
  "runs %s from a small image, as nobody in particular, with nothing to write to",
  async (service) => {
    const container = await inspectService(service);
    const image = await inspectImage(container.Image);
    expect(image.Size).toBeLessThan(maxImageBytes);
    expect(image.Config.User).toBe("1000:1000");
    expect(container.HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ["ALL"] });
  },
);

it("takes a product from an empty shelf to a verified review", async () => {
  await takeProductToReview(services.gateway);
});

it("ends a session at the gateway and at every service", async () => {
  await endSessionEverywhere(services);
});

it("keeps mail where the gateway shows it", async () => {
  const client = await logIn(services.gateway, customer.email, customer.password);
  await mutate(client, "mutation { requestEmailVerification { errors { code message path } } }", {});
  await eventually(async () => {
    const mailbox = await fetch(`${services.gateway}/mailbox`);
    return (await mailbox.text()).includes(customer.email);
  });
});

it("tells of every process at its operations port", async () => {
  const urls = names.map((name) => `http://${name}:9464/metrics`);
  const ask = `Promise.all(${JSON.stringify(urls)}.map((url) => fetch(url))).then((all) => console.log(all.map(({ status }) => status).join()))`;
  expect(await mustCompose("exec", "--no-TTY", "gateway", "node", "--eval", ask)).toContain(
    names.map(() => 200).join(),
  );
});

it("is reached from this machine alone, and its operations ports not even from there", async () => {
  const containers = await Promise.all([...names, ...stores].map(inspectService));
  const published = containers.flatMap(({ HostConfig }) => Object.entries(HostConfig.PortBindings));
  expect(published.map(([port]) => port)).not.toContain("9464/tcp");
  expect([...new Set(published.flatMap(([, to]) => to.map(({ HostIp }) => HostIp)))]).toEqual(["127.0.0.1"]);
});

it.each(["user", "order", "comment"])("applies the migrations of %s by hand, and finds none left", async (database) => {
  const { code, output } = await compose("run", "--rm", "--no-TTY", `migrate_${database}`);
  expect(code).toBe(0);
  expect(output).toContain(`${database}: up to date`);
});

const knownSecrets = {
  gateway: ["GATEWAY_SERVICE_KEY", "REDIS_URL"],
  user: ["USER_DATABASE_URL", "TOKEN_SECRET", "S3_SECRET_KEY", "GATEWAY_SERVICE_PUBLIC_KEYS"],
  product: ["S3_SECRET_KEY", "GATEWAY_SERVICE_PUBLIC_KEYS", "ORDER_SERVICE_PUBLIC_KEYS"],
  order: ["ORDER_DATABASE_URL", "ORDER_SERVICE_KEY", "PAYMENTS_SANDBOX_WEBHOOK_SECRET", "GATEWAY_SERVICE_PUBLIC_KEYS"],
  notification: ["NOTIFICATION_SERVICE_KEY", "REDIS_URL", "GATEWAY_SERVICE_PUBLIC_KEYS"],
  comment: ["COMMENT_DATABASE_URL", "GATEWAY_SERVICE_PUBLIC_KEYS"],
};

it.each(Object.entries(knownSecrets))(
  "refuses to start %s in production with what everyone knows",
  async (name, known) => {
    const { code, output } = await compose(
      ...["run", "--rm", "--no-deps", "--no-TTY", "--env", "NODE_ENV=production", name],
    );
    expect(code).toBe(1);
    for (const variable of known) {
      expect(output).toContain(`${variable} is required in production: its default is known to everyone`);
    }
  },
);

it("ends every service with 0 when it is told to stop, and finds all of its data again", async () => {
  await mustCompose("stop");
  const states = await Promise.all([...names, "payments"].map(inspectService));
  expect(states.map(({ State }) => [State.Status, State.ExitCode, State.OOMKilled])).toEqual(
    states.map(() => ["exited", 0, false]),
  );

  await mustCompose("up", "--detach", "--wait", "--wait-timeout", "300");
  await logIn(services.gateway, customer.email, customer.password);
}, 400_000);
