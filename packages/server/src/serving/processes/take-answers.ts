import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { PredictionRecord } from '../prediction-log/index.ts'
import type { Happenings, WrittenAnswers } from './messages.ts'

/**
 * Logs and counts what another process answered, as if it had been answered here.
 *
 * @returns The ids.
 * @throws RegiaError `LOG_WRITE_FAILED`; then nothing of it is in the log.
 */
export function takeAnswers(gateway: EndpointGateway, answers: WrittenAnswers, now: number): readonly string[] {
  const entries = answers.payloads.map((payload) => ({ record: readRecord(payload), payload }))
  const ids = gateway.log.append(entries)
  const records = entries.map(({ record }) => record)
  countAnswers(gateway, answers, records, now)
  const [first] = records
  if (first && first.servedBy === undefined && first.version === gateway.stable?.version) {
    gateway.offerToShadow(records, ids)
  }
  return ids
}

function countAnswers(
  { traffic, recorder }: EndpointGateway,
  { counts, release }: WrittenAnswers,
  records: readonly PredictionRecord[],
  now: number,
): void {
  const counting = recorder?.id === release ? recorder : undefined
  const scores = counting && Float32Array.from(records, ({ score }) => score)
  let from = 0
  for (const count of counts) {
    const { version, latencyMs, servedBy, outOfRelease } = records[from]!
    if (servedBy === undefined) {
      traffic.count(now, version, { predictions: count, isError: false, latencyMs })
      if (scores && !outOfRelease) counting.answered(version, latencyMs, scores, from, count)
    }
    from += count
  }
}

/** Counts what else happened there. */
export function takeHappenings(
  gateway: EndpointGateway,
  { errors, failures, fallbacks, units }: Omit<Happenings, 'endpoint'>,
): void {
  for (const latencyMs of errors) gateway.countError(performance.now() - latencyMs)
  for (const why of fallbacks) gateway.countFallback(why)
  for (const [release, unit, version] of units) recorderOf(gateway, release)?.assigned(unit, version)
  for (const { release, version, ...failure } of failures) recorderOf(gateway, release)?.failed(version, failure)
}

const recorderOf = ({ recorder }: EndpointGateway, release: string) => (recorder?.id === release ? recorder : undefined)

/** A process of ours wrote it a moment ago, so that its shape is trusted. */
const readRecord = (payload: string): PredictionRecord => JSON.parse(payload) as PredictionRecord
