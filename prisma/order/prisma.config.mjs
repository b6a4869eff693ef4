// For Prisma's own command, where its engine can be had: npx prisma migrate deploy --config prisma/order/prisma.config.mjs
export default {
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  datasource: { url: process.env.ORDER_DATABASE_URL ?? "" },
};
