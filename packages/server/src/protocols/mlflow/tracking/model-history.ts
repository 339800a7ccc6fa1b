import { type Runs, TRACKING_LIMITS } from '@regia/core'
import { invalidParameter, isRecord, type JsonRecord } from '../wire/index.ts'
import { pythonText } from './python-text.ts'
import { MODEL_HISTORY_TAG } from './vocabulary.ts'

const NEEDED = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'] as const

/**
 * Notes the model that a client of version 2 logged in the run's tag, as the list in JSON that such clients read.
 *
 * @param text - The model as JSON.
 * @throws MlflowError for a text that is no model, RegiaError as the runs do.
 */
export async function appendModel(runs: Runs, runId: string, text: string): Promise<void> {
  const entry = entryOf(text)
  const { tags } = await runs.get(runId)
  const history = JSON.stringify([...listOf(tags[MODEL_HISTORY_TAG]), entry])
  if (history.length > TRACKING_LIMITS.tagValueLength) {
    throw invalidParameter(`The run has too many models for its tag '${MODEL_HISTORY_TAG}'.`)
  }
  await runs.log(runId, { tags: [{ key: MODEL_HISTORY_TAG, value: history }] })
}

function entryOf(text: string): JsonRecord {
  const model = parse(text)
  if (!isRecord(model)) throw invalidParameter(`Malformed model info. \n ${text} \n is not a valid JSON.`)
  const missing = NEEDED.filter((name) => model[name] === undefined).map(pythonText)
  if (missing.length > 0) throw invalidParameter(`Model json is missing mandatory fields: {${missing.join(', ')}}`)
  const { run_id, utc_time_created, artifact_path, model_uuid, flavors } = model
  return { run_id, artifact_path, utc_time_created, model_uuid, flavors: withoutConfig(flavors) }
}

const withoutConfig = (flavors: unknown): unknown =>
  isRecord(flavors)
    ? Object.fromEntries(Object.entries(flavors).map(([name, flavor]) => [name, omitConfig(flavor)]))
    : {}

function omitConfig(flavor: unknown): unknown {
  if (!isRecord(flavor)) return flavor
  const { config: _, ...rest } = flavor
  return rest
}

function listOf(text: string | undefined): readonly unknown[] {
  const list = text === undefined ? [] : parse(text)
  return Array.isArray(list) ? list : []
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
