// Loaded with `node --require` ahead of everything else, so that what it instruments is instrumented from the first import.
import { startMetrics } from "./metrics-reader";
import { startTracing } from "./tracing";

startTracing();
// After it: what the instrumentations would measure by themselves, by host and once more at each request, nobody asked for.
startMetrics();
