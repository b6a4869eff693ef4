import { type Route } from "./route";
import { accountRoutes } from "./routes/accounts";
import { catalogueRoutes } from "./routes/catalogue";
import { commentRoutes } from "./routes/comments";
import { notificationRoutes } from "./routes/notifications";
import { orderRoutes } from "./routes/orders";

/** The REST contract, one table a resource. */
export const allRoutes: readonly Route[] = [
  ...accountRoutes,
  ...catalogueRoutes,
  ...orderRoutes,
  ...commentRoutes,
  ...notificationRoutes,
];
