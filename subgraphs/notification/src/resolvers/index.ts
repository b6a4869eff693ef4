import { type Resolvers } from "../generated/graphql";
import { mutation } from "./mutation";
import { notification } from "./notification";
import { notificationConnection } from "./notification-connection";
import { notificationSubject } from "./notification-subject";
import { product } from "./product";
import { query } from "./query";
import { subscription } from "./subscription";
import { user } from "./user";
import { userError } from "./user-error";

export const resolvers: Resolvers = {
  Query: query,
  Mutation: mutation,
  Subscription: subscription,
  Notification: notification,
  NotificationConnection: notificationConnection,
  NotificationSubject: notificationSubject,
  Product: product,
  User: user,
  UserError: userError,
};
