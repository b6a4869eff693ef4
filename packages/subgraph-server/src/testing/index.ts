export { type Answer, createTestClient, type RestAnswer, type TestClient } from "./test-client";
export { eventually } from "./eventually";
export { type GateListener, type GateState, startTcpGate, type TcpGate } from "./tcp-gate";
