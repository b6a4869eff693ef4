export interface CheckoutLine {
  readonly productId: string;
  readonly quantity: number;
}

/** What a checkout page selects of its order. */
const orderParts = "id status total { amountMinor currency }";
const errorParts = "errors { code message path }";

export const placeOrder = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { ${orderParts} } ${errorParts} }
}`;

export const payOrder = `mutation PayOrder($input: PayOrderInput!) {
  payOrder(input: $input) { payment { id status } order { ${orderParts} } ${errorParts} }
}`;

export const orderStatus = "query OrderStatus($id: ID!) { order(id: $id) { id status } }";

export const shippingAddress = {
  recipient: "Clara Lindqvist",
  line1: "Torstraße 1",
  city: "Berlin",
  postalCode: "10119",
  countryCode: "DE",
  phone: "+49 30 5550 1201",
};
