import { eventually } from "../test/eventually";
import { type Api, type Success } from "./api";
import { needsRole } from "./openapi";

/** To what something was done; undefined where the answer does not tell. */
type TargetOf = (success: Success) => string | undefined;

const named: TargetOf = ({ call }) => call.path?.["id"];
const made: TargetOf = ({ body }) => (body as { id: string }).id;
const imported: TargetOf = ({ body }) => (body as { results: { product: { id: string } }[] }).results[0]?.product.id;
const untold: TargetOf = () => undefined;

/** What each route that changes something by the right of a role leaves in the audit log; null where it leaves nothing. */
const entries: Readonly<Record<string, readonly [action: string, targetOf: TargetOf] | null>> = {
  "PUT /v1/users/{id}/role": ["user.role-changed", named],
  "POST /v1/products": ["product.created", made],
  "POST /v1/products/import": ["product.created", imported],
  "PATCH /v1/products/{id}": ["product.updated", named],
  "POST /v1/products/{id}/publish": ["product.published", named],
  "DELETE /v1/products/{id}": ["product.archived", named],
  "POST /v1/products/{id}/stock-adjustments": ["stock.adjusted", named],
  "POST /v1/products/{id}/image-uploads": null, // a form, with which nothing is changed yet
  "POST /v1/products/{id}/images": ["product.image-added", named],
  "DELETE /v1/products/{id}/images/{imageId}": ["product.image-removed", named],
  "POST /v1/categories": ["category.created", made],
  "PATCH /v1/categories/{id}": ["category.updated", named],
  "DELETE /v1/categories/{id}": ["category.deleted", named],
  "POST /v1/orders/{id}/ship": ["order.shipped", named],
  "POST /v1/orders/{id}/deliver": ["order.delivered", named],
  "POST /v1/payments/{id}/refunds": ["payment.refund-asked", named],
  "PUT /v1/comments/{id}/moderation": ["comment.hidden", named],
  "POST /v1/announcements": ["announcement.made", untold],
  // Anybody's for their own; the walk calls these last for another's.
  "POST /v1/orders/{id}/cancel": ["order.cancelled", named],
  "DELETE /v1/comments/{id}": ["comment.deleted", named],
};

/** After a walk of all routes: each that needs a role and changes something is above, and in the log. */
export async function expectAudited(api: Api, admin: string): Promise<void> {
  const changing = api.contract.operations.filter((operation) => operation.method !== "GET" && needsRole(operation));
  expect(Object.keys(entries)).toEqual(expect.arrayContaining(changing.map(({ name }) => name)));
  for (const [route, entry] of Object.entries(entries)) {
    const success = api.succeeded.get(route);
    if (success === undefined) throw new Error(`nobody walked ${route}`);
    if (entry === null) continue;
    const [action, targetOf] = entry;
    const targetId = targetOf(success);
    const query = { action, ...(targetId === undefined ? {} : { targetId }) };
    await eventually(async () => {
      const { body } = await api.call("GET /v1/audit-log", { as: admin, query });
      return (body as { items: object[] }).items.length > 0;
    });
  }
}
