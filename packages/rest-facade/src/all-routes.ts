import { type Route } from "./route";
import { accountRoutes } from "./routes/accounts";
import { categoryRoutes } from "./routes/categories";
import { commentRoutes } from "./routes/comments";
import { notificationRoutes } from "./routes/notifications";
import { orderRoutes } from "./routes/orders";
import { ownAccountRoutes } from "./routes/own-account";
import { paymentRoutes } from "./routes/payments";
import { productRoutes } from "./routes/products";
import { signInRoutes } from "./routes/sign-in";

/** The REST contract, one table a resource. */
export const allRoutes: readonly Route[] = [
  ...signInRoutes,
  ...ownAccountRoutes,
  ...accountRoutes,
  ...productRoutes,
  ...categoryRoutes,
  ...orderRoutes,
  ...paymentRoutes,
  ...commentRoutes,
  ...notificationRoutes,
];
