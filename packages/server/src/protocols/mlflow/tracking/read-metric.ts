import type { MetricEntry } from '@regia/core'
import {
  decodeDouble,
  decodeInt64,
  invalidParameter,
  invalidType,
  invalidValue,
  type JsonRecord,
  missingParameter,
  textOf,
  UNREADABLE,
} from '../wire/index.ts'
import { assertKey, assertLength } from './keys.ts'
import { pythonFloat } from './python-text.ts'

/** A metric of a batch. @throws MlflowError that names the field that is missing or of another type. */
export function readMetric(item: JsonRecord, path: string): MetricEntry {
  const { key, value, timestamp, step } = item
  if (key === undefined || key === null || key === '') throw missingParameter(`${path}.key`)
  if (typeof key !== 'string') throw invalidType(`${path}.key`, key)
  const point = {
    key,
    value: numberOf(value, decodeDouble, path, 'value'),
    step: step === undefined || step === null ? 0 : numberOf(step, decodeInt64, path, 'step'),
    atMs: numberOf(timestamp, decodeInt64, path, 'timestamp'),
  }
  if (item.model_id === undefined || item.model_id === null) return point
  return { ...point, ...modelOf(item, path) }
}

type Decode = (raw: unknown) => number | typeof UNREADABLE

function numberOf(raw: unknown, decode: Decode, path: string, name: string): number {
  if (raw === undefined || raw === null || raw === '') throw missingParameter(`${path}.${name}`)
  const value = decode(raw)
  if (value === UNREADABLE) throw invalidType(`${path}.${name}`, raw)
  return value
}

/** For which logged model it counts, on which dataset. */
export function modelOf(
  item: JsonRecord,
  path: string,
): Pick<MetricEntry, 'modelId' | 'datasetName' | 'datasetDigest'> {
  const modelId = textOf(item, 'model_id', path)
  const datasetName = textOf(item, 'dataset_name', path)
  const datasetDigest = textOf(item, 'dataset_digest', path)
  return {
    ...(modelId !== '' && { modelId }),
    ...(datasetName !== '' && { datasetName }),
    ...(datasetDigest !== '' && { datasetDigest }),
  }
}

/** @param path - Of a metric in a batch: `metrics[3].`. @throws MlflowError. */
export function assertMetric({ key, value, atMs }: MetricEntry, path: () => string): void {
  assertKey(key, () => `${path()}name`)
  if (atMs < 0) {
    throw invalidParameter(
      invalidValue(
        `${path()}timestamp`,
        atMs,
        `metric '${key}' (value=${pythonFloat(value)}). Timestamp must be a nonnegative long (64-bit integer) `,
      ),
    )
  }
  assertLength('Metric name', key)
}
