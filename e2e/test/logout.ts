import { once } from "node:events";
import WebSocket from "ws";
import { createShopClient } from "./client";
import { eventually } from "./eventually";
import { mutate, registerForTokens } from "./shopping";

const paths = {
  gateway: "users/me",
  user: "users/me",
  product: "products",
  order: "orders",
  notification: "notifications",
  comment: "comments",
};

/**
 * A session ends at the gateway and at every service, with what is open in it.
 * @param urlOf where each of them is
 */
export async function endSessionEverywhere(urlOf: Readonly<Record<keyof typeof paths, string>>): Promise<void> {
  const gatewayUrl = urlOf.gateway;
  const doors = Object.entries(paths).map(([name, path]) => ({ url: urlOf[name as keyof typeof paths], path }));
  const { accessToken, refreshToken } = await registerForTokens(gatewayUrl);
  const ask = () =>
    Promise.all(
      doors.map(async ({ url, path }) => (await createShopClient(url, accessToken).rest(`/v1/${path}`)).status),
    );
  const socket = new WebSocket(`${gatewayUrl.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { Authorization: `Bearer ${accessToken}` } }));
  await once(socket, "message");
  const closed = once(socket, "close");
  expect(await ask()).not.toContain(401);

  const logout = "mutation ($t: String!) { logout(refreshToken: $t) { errors { code message path } } }";
  await mutate(createShopClient(gatewayUrl), logout, { t: refreshToken });
  await eventually(async () => (await ask()).every((status) => status === 401), 10_000);
  expect((await closed)[0]).toBe(4403);
}
