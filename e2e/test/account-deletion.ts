// Somebody of whom the shop knows all that it can, and how they leave.
import { randomUUID } from "node:crypto";
import { createShopClient, type ShopClient } from "./client";
import { mutate, pay, placeOrder, review } from "./shopping";

export interface KnownCustomer {
  readonly client: ShopClient;
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
}

/** Words that nobody else has; each is found in some store for as long as its owner has an account. */
export const personalWords = ["zebulon", "quist", "777 4711", "pheasantly"] as const;

const address = {
  recipient: "Zebulon Quist",
  line1: "Quist Row 7",
  city: "Quistown",
  postalCode: "Q7 7Q",
  countryCode: "GB",
  phone: "+44 20 777 4711",
};

/** Registers Zebulon Quist, who has an address, a telephone and a product that he watches. */
export async function registerKnown(url: string, productId: string): Promise<KnownCustomer> {
  const [email, password] = [`zebulon-${randomUUID()}@example.com`, "a long enough secret"];
  const { user, tokens } = await mutate<{ user: { id: string }; tokens: { accessToken: string } }>(
    createShopClient(url),
    `mutation ($input: RegisterUserInput!) {
       registerUser(input: $input) { user { id } tokens { accessToken } errors { code message path } }
     }`,
    { input: { email, password, displayName: "Zebulon Quist", phone: address.phone } },
  );
  const client = createShopClient(url, tokens.accessToken);
  await mutate(
    client,
    `mutation ($input: AddressInput!) { saveAddress(input: $input) { errors { code message path } } }`,
    { input: { ...address, idempotencyKey: randomUUID() } },
  );
  await mutate(client, `mutation ($id: ID!) { watchProduct(productId: $id) { errors { code message path } } }`, {
    id: productId,
  });
  return { client, id: user.id, email, password, accessToken: tokens.accessToken };
}

/** One paid order, one that was called off with a reason, one that is unpaid. */
export async function orderAll({ client }: KnownCustomer, productId: string) {
  const place = () => placeOrder(client, productId, 1, address);
  const [paid, cancelled, unpaid] = [await place(), await place(), await place()];
  await pay(client, paid);
  await mutate(
    client,
    `mutation ($id: ID!, $key: String!) {
       cancelOrder(id: $id, idempotencyKey: $key, reason: "The Quists are moving.") { errors { code message path } }
     }`,
    { id: cancelled, key: randomUUID() },
  );
  return { paid, cancelled, unpaid };
}

/** A review, and what somebody else replies to it. */
export async function reviewAndBeAnswered({ client }: KnownCustomer, other: ShopClient, productId: string) {
  const { id: parentId } = await review(client, productId, "It boils pheasantly.");
  const { comment } = await mutate<{ comment: { id: string } }>(
    other,
    `mutation ($input: ReplyInput!) { replyToComment(input: $input) { comment { id } errors { code message path } } }`,
    { input: { parentId, body: "So does mine.", idempotencyKey: randomUUID() } },
  );
  return { reviewId: parentId, replyId: comment.id };
}

/** Over REST. @returns the answer's status */
export async function deleteAccount(url: string, { accessToken, password }: KnownCustomer): Promise<number> {
  const { status } = await fetch(`${url}/v1/users/me`, {
    method: "DELETE",
    headers: { "content-type": "application/json", authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ password }),
  });
  return status;
}
