// npm run keys:service -- gateway: a new key that a service proves itself to others with, as two lines of the environment.
import { callers, makeServiceKey } from "./service-keys";

const [caller = "", ...rest] = process.argv.slice(2);
if (!callers.includes(caller) || rest.length > 0) {
  process.stderr.write(`Usage: npm run keys:service -- <${callers.join("|")}>\n`);
  process.exit(1);
}
for (const [variable, value] of Object.entries(makeServiceKey(caller))) process.stdout.write(`${variable}=${value}\n`);
