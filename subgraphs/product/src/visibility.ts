import { type Viewer } from "@shop/auth";
import { type ProductRecord, type ProductStatus } from "./product-model";

export function isStaff(viewer: Viewer | null): boolean {
  return viewer !== null && viewer.role !== "CUSTOMER";
}

/** Which products a viewer finds. */
export function visibleStatuses(viewer: Viewer | null): ProductStatus[] {
  return isStaff(viewer) ? ["DRAFT", "ACTIVE", "ARCHIVED"] : ["ACTIVE"];
}

/** Whether a viewer may read a product that something else refers to, an order's line for instance. */
export function mayRead(viewer: Viewer | null, product: ProductRecord): boolean {
  return product.status !== "DRAFT" || isStaff(viewer);
}
