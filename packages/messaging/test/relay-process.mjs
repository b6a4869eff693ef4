// One instance of a relay as a process of its own, to be killed. Arguments: the database's URL, then the brokers.
import { createMessageBus, createOutboxRelay, createPostgresOutbox } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";

const [connectionString, ...brokers] = process.argv.slice(2);
const log = createLogger("relay");
const bus = createMessageBus({ brokers, clientId: "relay", topics: ["system.v1"], log });
createOutboxRelay({ source: createPostgresOutbox({ connectionString, log }), bus, log });
