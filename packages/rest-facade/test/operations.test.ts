import { parse, validate } from "graphql";
import { allRoutes } from "../src/all-routes";
import { schemaOf } from "./schemas";

// On a service's own port there is only that service: an operation that reaches further would not answer there.
it.each(allRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "%s asks for what its own service has",
  (_name, { service, operation }) => {
    expect(validate(schemaOf(service), parse(operation))).toEqual([]);
  },
);

// The routes of the public contract, which clients were written against.
const contract = `
GET /v1/users/me, PATCH /v1/users/me, DELETE /v1/users/me, PUT /v1/users/me/password, GET /v1/users/me/sessions,
DELETE /v1/users/me/sessions/{id}, POST /v1/users/me/avatar-uploads, PUT /v1/users/me/avatar, GET /v1/users/me/addresses,
POST /v1/users/me/addresses, PUT /v1/users/me/addresses/{id}, DELETE /v1/users/me/addresses/{id}, GET /v1/users,
GET /v1/users/{id}, PUT /v1/users/{id}/role, GET /v1/audit-log,
POST /v1/auth/register, POST /v1/auth/login, POST /v1/auth/refresh, POST /v1/auth/logout, POST /v1/auth/logout-everywhere,
POST /v1/auth/email-verifications, POST /v1/auth/password-reset-requests, POST /v1/auth/password-resets,
GET /v1/products, POST /v1/products, POST /v1/products/import, GET /v1/products/by-slug/{slug}, GET /v1/products/{id},
PATCH /v1/products/{id}, DELETE /v1/products/{id}, POST /v1/products/{id}/publish, POST /v1/products/{id}/stock-adjustments,
POST /v1/products/{id}/image-uploads, POST /v1/products/{id}/images, DELETE /v1/products/{id}/images/{imageId},
GET /v1/categories, POST /v1/categories, GET /v1/categories/{id}, PATCH /v1/categories/{id}, DELETE /v1/categories/{id},
GET /v1/categories/{id}/products,
POST /v1/order-quotes, POST /v1/orders, GET /v1/orders, GET /v1/orders/{id}, POST /v1/orders/{id}/cancel,
POST /v1/orders/{id}/ship, POST /v1/orders/{id}/deliver, POST /v1/orders/{id}/payments, GET /v1/payments/{id},
GET /v1/payments/{id}/transactions, POST /v1/payments/{id}/refunds,
GET /v1/products/{id}/comments, POST /v1/products/{id}/comments, GET /v1/comments, GET /v1/comments/{id},
PATCH /v1/comments/{id}, DELETE /v1/comments/{id}, GET /v1/comments/{id}/replies, POST /v1/comments/{id}/replies,
PUT /v1/comments/{id}/like, DELETE /v1/comments/{id}/like, POST /v1/comments/{id}/reports, PUT /v1/comments/{id}/moderation,
GET /v1/notifications, POST /v1/notifications/{id}/read, POST /v1/notifications/read-all, GET /v1/notifications/stream,
GET /v1/notifications/preferences, PATCH /v1/notifications/preferences, PUT /v1/products/{id}/watch,
DELETE /v1/products/{id}/watch, POST /v1/announcements`;

it("has the routes of the contract, each once", () => {
  const routes = allRoutes.map(({ method, path }) => `${method} ${path}`);
  expect([...routes].sort()).toEqual(contract.split(",").map((route) => route.trim()).sort()); // prettier-ignore
});
