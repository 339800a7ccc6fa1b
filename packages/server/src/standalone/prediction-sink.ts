import { randomBytes, randomInt } from 'node:crypto'
import { type Clock, RegiaError } from '@regia/core'
import type { ServedVersion } from '../serving/gateway/answer.ts'
import { entriesOf, recordsOf } from '../serving/gateway/batch-records.ts'
import type { AnsweredBatch } from '../serving/gateway/micro-batcher.ts'
import { PredictionLog } from '../serving/prediction-log/index.ts'
import { errorFields, type WriteEvent } from './log-line.ts'

/** Where predictions go, and their ids come from. */
export type PredictionSink = {
  /** @returns An id for each row. @throws RegiaError `LOG_WRITE_FAILED`; then nothing of it was kept. */
  readonly append: (served: ServedVersion, batch: AnsweredBatch, loggedAt: number) => readonly string[]
  readonly close: () => Promise<void>
}

type SinkOptions = {
  readonly name: string
  readonly logDir: string | undefined
  readonly clock: Clock
  readonly onEvent: WriteEvent
}

/** The prediction log of `regia up` in a folder; without one, ids alone. @throws RegiaError `LOG_WRITE_FAILED`. */
export function openPredictionSink({ name, logDir, clock, onEvent }: SinkOptions): PredictionSink {
  if (logDir === undefined) return countOnly()
  try {
    const log = new PredictionLog({
      dir: logDir,
      clock,
      // Each replica has a log of its own, and an id must say whose.
      newKey: () => randomInt(36 ** 7, 36 ** 8).toString(36),
      onSyncError: (error) => onEvent('error', 'log-sync-failed', errorFields(error)),
      onTrouble: ({ message }) => onEvent('warn', 'log-trouble', { message }),
    })
    const endpoint = log.open(name)
    return {
      append: (served, { calls, predictions }, loggedAt) =>
        endpoint.append(entriesOf(recordsOf(served, calls, predictions, loggedAt), calls)),
      close: () => log.close(),
    }
  } catch (cause) {
    throw cause instanceof RegiaError ? cause : notOpened(logDir, cause)
  }
}

const notOpened = (dir: string, cause: unknown): RegiaError =>
  new RegiaError('LOG_WRITE_FAILED', `The prediction log cannot be opened: ${errorFields(cause).message}.`, {
    cause,
    where: dir,
    hint: 'Name a folder that the user of this process may write to, or none: then nothing is kept.',
  })

/** Ids that no other process gives: a random beginning, then the number of the prediction. */
function countOnly(): PredictionSink {
  const prefix = `${randomBytes(5).toString('hex')}-`
  let count = 0
  const nextId = (): string => prefix + (++count).toString(36)
  return {
    append: (_, { predictions }) => Array.from({ length: predictions.rowCount }, nextId),
    close: async () => {},
  }
}
