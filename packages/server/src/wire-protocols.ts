import { RegiaError } from '@regia/core'
import { toRegiaError } from './http/error-reply.ts'
import { ERROR_STATUS } from './http/error-status.ts'
// From their own files: a process that only answers predictions loads no more than it needs.
import { scoringProtocol } from './protocols/mlflow-scoring/scoring-protocol.ts'
import { inferProtocol } from './protocols/open-inference/infer-protocol.ts'
import { parseEventTime } from './serving/gateway/event-time.ts'
import type { PredictProtocol } from './serving/gateway/fast-lane.ts'
import { plainProtocol } from './serving/gateway/plain-protocol.ts'

type NotReady = (name: string) => RegiaError

const statusOf = ({ code }: RegiaError): number => ERROR_STATUS[code]

/** Plain rows, with errors as the API gives them. */
export const wirePlain = () =>
  plainProtocol((error) => {
    const known = toRegiaError(error)
    return { status: statusOf(known), body: JSON.stringify({ error: known.toBody() }) }
  })

export const wireInfer = (notReady: NotReady) =>
  inferProtocol({ readEventTime: parseEventTime, toRegiaError, statusOf, notReady })

export const wireScoringProtocol = (notReady: NotReady) => scoringProtocol({ toRegiaError, statusOf, notReady })

/** Every way to ask that the short way knows. */
export const predictProtocols = (): readonly PredictProtocol[] => [
  wirePlain(),
  wireInfer(notReady),
  wireScoringProtocol(notReady),
]

const notReady: NotReady = (name) =>
  new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${name}" has no version loaded yet.`, {
    where: name,
    hint: `See "regia endpoints show ${name}" for what it follows and why it did not load.`,
    data: { retryAfterSeconds: 5 },
  })
