// node balancer.js <port> <port of an instance>…: hands each new connection to the next instance, as a Kubernetes service does.
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [port = 0, ...instances] = process.argv.slice(2).map(Number);
let connections = 0;

createServer({ noDelay: true }, (client) => {
  const instance = instances[connections % instances.length] ?? 0;
  connections += 1;
  const server = connect({ host: "127.0.0.1", port: instance, noDelay: true });
  const ignore = (): void => undefined; // an end that breaks off ends the other, and each end tells its own of it
  pipeline(client, server, ignore);
  pipeline(server, client, ignore);
}).listen(port, "127.0.0.1");
