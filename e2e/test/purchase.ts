import { type ShopClient } from "./client";
import { eventually } from "./eventually";
import { deliver, logIn, pay, placeOrder, register, review, ship, stockNewProduct } from "./shopping";

export interface OrderNews {
  readonly notificationReceived: {
    readonly kind: string;
    readonly cursor: string;
    readonly subject: {
      readonly number: string;
      readonly orderStatus: string;
      readonly lines: { readonly product: { readonly name: string; readonly images: { url: string }[] } }[];
    };
  };
}

export const news = `subscription ($after: String) {
  notificationReceived(after: $after) {
    kind cursor
    subject { ... on Order { number orderStatus: status lines { product { name images { url } } } } }
  }
}`;

/** A product from an empty shelf to a verified review, watched live through the gateway at this address. */
export async function takeProductToReview(url: string): Promise<void> {
  const staff = await logIn(url, "staff@example.com");
  const productId = await stockNewProduct(staff, "Quillkettle", 5);
  const customer = await register(url);
  expect(await findBySearch(customer, "quillkett")).toEqual([{ id: productId, available: 5 }]);

  const watched = customer.subscribe<OrderNews>(news, { after: await inboxHead(customer) });
  const orderId = await placeOrder(customer, productId, 2);
  expect(await pay(customer, orderId)).toBe("CAPTURED");
  await ship(staff, orderId);
  await deliver(staff, orderId);

  const received = [await watched.next(), await watched.next(), await watched.next(), await watched.next()];
  expect(received.map(({ notificationReceived }) => notificationReceived.kind)).toEqual([
    "ORDER_PLACED",
    "ORDER_PAID",
    "ORDER_SHIPPED",
    "ORDER_DELIVERED",
  ]);
  for (const { notificationReceived } of received) {
    const [line] = notificationReceived.subject.lines;
    expect(notificationReceived.subject.number).toEqual(expect.any(String));
    expect(line?.product.name).toBe("Quillkettle");
    const picture = await fetch(line?.product.images[0]?.url ?? "");
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^image\//)]);
  }
  await watched.end();

  const written = await review(customer, productId);
  await eventually(async () => {
    const { comment } = await customer.run<{ comment: { verifiedPurchase: boolean } }>(
      `query ($id: ID!) { comment(id: $id) { verifiedPurchase } }`,
      { id: written.id },
    );
    return comment.verifiedPurchase;
  });

  await expectRestToTellTheSame(customer, orderId);
  const admin = await logIn(url, "admin@example.com");
  await eventually(async () => {
    expect(await auditOf(admin, orderId)).toEqual(["order.delivered", "order.shipped"]);
    expect(await auditOf(admin, productId)).toEqual(["product.published", "product.image-added", "product.created"]);
    return true;
  });
  expect(await findBySearch(customer, "quillkettle")).toEqual([{ id: productId, available: 3 }]);
}

export async function findBySearch(customer: ShopClient, search: string) {
  const { products } = await customer.run<{ products: { edges: { node: { id: string; available: number } }[] } }>(
    `query ($search: String!) { products(filter: { search: $search }) { edges { node { id available } } } }`,
    { search },
  );
  return products.edges.map(({ node }) => node);
}

/** Where the viewer's inbox ends now, with the welcome that a new customer gets behind it. */
export async function inboxHead(customer: ShopClient): Promise<string> {
  let head = "";
  await eventually(async () => {
    const { notifications } = await customer.run<{
      notifications: { resumeCursor: string; edges: { node: { kind: string } }[] };
    }>(`{ notifications { resumeCursor edges { node { kind } } } }`);
    head = notifications.resumeCursor;
    return notifications.edges.some(({ node }) => node.kind === "WELCOME");
  });
  return head;
}

/** What staff did to something, the latest first. */
async function auditOf(admin: ShopClient, targetId: string): Promise<string[]> {
  const { auditLog } = await admin.run<{ auditLog: { edges: { node: { action: string } }[] } }>(
    `query ($targetId: ID!) { auditLog(filter: { targetId: $targetId }) { edges { node { action } } } }`,
    { targetId },
  );
  return auditLog.edges.map(({ node }) => node.action);
}

async function expectRestToTellTheSame(customer: ShopClient, orderId: string): Promise<void> {
  const { order } = await customer.run<{ order: { lines: { quantity: number }[] } & Record<string, unknown> }>(
    `query ($id: ID!) {
       order(id: $id) {
         id number status trackingNumber placedAt version
         total { amountMinor currency }
         lines { id name quantity unitPrice { amountMinor currency } product { id } }
       }
     }`,
    { id: orderId },
  );
  const { status, body } = await customer.rest(`/v1/orders/${orderId}`);
  expect(status).toBe(200);
  expect(body).toMatchObject(order);
}
