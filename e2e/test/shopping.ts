import { randomUUID } from "node:crypto";
import { createShopClient, type ShopClient } from "./client";
import { type Upload, uploadPicture } from "./upload";

interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: string[];
}

/** The mutation's payload. @throws where it has errors: a journey meets none */
export async function mutate<Payload extends object>(
  client: ShopClient,
  query: string,
  variables: object,
): Promise<Payload> {
  const data = await client.run<Record<string, Payload & { errors: UserError[] }>>(query, variables);
  const payload = Object.values(data)[0];
  if (payload === undefined || payload.errors.length > 0) throw new Error(JSON.stringify(payload?.errors));
  return payload;
}

const demoPassword = "demo-password-1";

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export async function logIn(url: string, email: string, password = demoPassword): Promise<ShopClient> {
  const { tokens } = await mutate<{ tokens: Tokens }>(
    createShopClient(url),
    `mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } errors { code message path } } }`,
    { input: { email, password } },
  );
  return createShopClient(url, tokens.accessToken);
}

export async function register(url: string): Promise<ShopClient> {
  const { accessToken } = await registerForTokens(url);
  return createShopClient(url, accessToken);
}

export async function registerForTokens(url: string): Promise<Tokens> {
  const { tokens } = await mutate<{ tokens: Tokens }>(
    createShopClient(url),
    `mutation ($input: RegisterUserInput!) {
       registerUser(input: $input) { tokens { accessToken refreshToken } errors { code message path } }
     }`,
    { input: { email: `ada-${randomUUID()}@example.com`, password: "a long enough secret", displayName: "Ada" } },
  );
  return tokens;
}

/** A category and a published product with a picture, as staff makes them. */
export async function stockNewProduct(staff: ShopClient, name: string, stock: number): Promise<string> {
  const { category } = await mutate<{ category: { id: string } }>(
    staff,
    `mutation ($input: CreateCategoryInput!) {
       createCategory(input: $input) { category { id } errors { code message path } }
     }`,
    { input: { idempotencyKey: randomUUID(), name: `Category of ${name}` } },
  );
  const { product } = await mutate<{ product: { id: string } }>(
    staff,
    `mutation ($input: CreateProductInput!) {
       createProduct(input: $input) { product { id status } errors { code message path } }
     }`,
    {
      input: {
        idempotencyKey: randomUUID(),
        name,
        description: "Boils a litre in two minutes.",
        categoryId: category.id,
        price: { amountMinor: 4_900, currency: "EUR" },
        initialStock: stock,
      },
    },
  );
  await addPicture(staff, product.id);
  await mutate(
    staff,
    `mutation ($id: ID!) { publishProduct(id: $id) { product { status } errors { code message path } } }`,
    { id: product.id },
  );
  return product.id;
}

async function addPicture(staff: ShopClient, productId: string): Promise<void> {
  const upload = await uploadPicture(async (input) => {
    const payload = await mutate<{ upload: Upload }>(
      staff,
      `mutation ($productId: ID!, $input: ImageUploadInput!) {
         requestProductImageUpload(productId: $productId, input: $input) {
           upload { id url fields { name value } } errors { code message path }
         }
       }`,
      { productId, input },
    );
    return payload.upload;
  });
  await mutate(
    staff,
    `mutation ($productId: ID!, $uploadId: ID!, $alt: String!) {
       attachProductImage(productId: $productId, uploadId: $uploadId, alt: $alt) {
         product { images { url } } errors { code message path }
       }
     }`,
    { productId, uploadId: upload.id, alt: "A green kettle" },
  );
}

const address = {
  recipient: "Ada Lovelace",
  line1: "12 St James's Square",
  city: "London",
  postalCode: "SW1Y 4JH",
  countryCode: "GB",
};

export async function placeOrder(
  customer: ShopClient,
  productId: string,
  quantity: number,
  shippingAddress: object = address,
): Promise<string> {
  const { order } = await mutate<{ order: { id: string } }>(
    customer,
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } errors { code message path } } }`,
    { input: { idempotencyKey: randomUUID(), lines: [{ productId, quantity }], shippingAddress } },
  );
  return order.id;
}

export async function pay(customer: ShopClient, orderId: string, paymentToken = "tok_ok"): Promise<string> {
  const { payment } = await mutate<{ payment: { status: string } }>(
    customer,
    `mutation ($input: PayOrderInput!) { payOrder(input: $input) { payment { status } errors { code message path } } }`,
    { input: { idempotencyKey: randomUUID(), orderId, paymentToken } },
  );
  return payment.status;
}

export async function ship(staff: ShopClient, orderId: string): Promise<void> {
  await mutate(
    staff,
    `mutation ($id: ID!) { shipOrder(id: $id, trackingNumber: "GB123") { order { status } errors { code message path } } }`,
    { id: orderId },
  );
}

export async function deliver(staff: ShopClient, orderId: string): Promise<void> {
  await mutate(
    staff,
    `mutation ($id: ID!) { deliverOrder(id: $id) { order { status } errors { code message path } } }`,
    {
      id: orderId,
    },
  );
}

export async function review(
  customer: ShopClient,
  productId: string,
  body = "Two minutes, as promised.",
): Promise<{ id: string; verifiedPurchase: boolean }> {
  const { comment } = await mutate<{ comment: { id: string; verifiedPurchase: boolean } }>(
    customer,
    `mutation ($input: AddReviewInput!) {
       addReview(input: $input) { comment { id verifiedPurchase } errors { code message path } }
     }`,
    { input: { idempotencyKey: randomUUID(), productId, rating: 5, body } },
  );
  return comment;
}
