export { writeStream, type StreamFraming } from "./write-stream";
