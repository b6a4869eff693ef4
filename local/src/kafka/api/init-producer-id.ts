import { type Logger } from "@shop/telemetry";
import { type ProducerIds } from "../producer-ids";
import { errorCode } from "../protocol/error-codes";
import { int16, int32, int64, nullableString, struct } from "../protocol/wire-types";
import { defineApi, noThrottleMs, type Api } from "./api";

const throttleMs = noThrottleMs;

export function createInitProducerIdApi(deps: { producerIds: ProducerIds; log: Logger }): Api {
  return defineApi({
    key: 22,
    name: "InitProducerId",
    versions: [0, 1],
    request: struct({ transactionalId: nullableString, transactionTimeoutMs: int32 }),
    response: struct({ throttleMs: int32, error: int16, producerId: int64, producerEpoch: int16 }),
    handle({ transactionalId }, { clientId }) {
      if (transactionalId === null) {
        return { throttleMs, error: errorCode.NONE, producerId: deps.producerIds.next(), producerEpoch: 0 };
      }
      deps.log.warn({ clientId, transactionalId }, "refused a transactional producer: transactions are not supported");
      const error = errorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      return { throttleMs, error, producerId: -1, producerEpoch: -1 };
    },
  });
}
