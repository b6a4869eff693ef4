// What npm start runs: plain JavaScript, so that it can say what is missing where nothing is built or installed yet.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`The shop needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
try {
  await import("./dist/start.js");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(`${error.message.split("\n")[0]}\nThe build is missing or incomplete: run npm ci.\n`);
  process.exit(1);
}
