import type { RegiaError } from '@regia/core'
import { doesNotExist, invalidParameter, isRecord, MlflowError, rephrase } from '../wire/index.ts'
import { pythonText } from './python-text.ts'

/** What services refuse, in the words that callers of the protocol match. */

export const inExperimentWords = <T>(id: string, work: Promise<T>): Promise<T> =>
  rephrase(work, {
    NOT_FOUND: () => doesNotExist(`No Experiment with id=${id} exists`),
    CONFLICT: () => deletedExperiment(id),
  })

export const deletedExperiment = (id: string): MlflowError =>
  invalidParameter(`The experiment ${id} must be in the 'active' state. Current state is deleted.`)

export const inNameWords = <T>(name: string, work: Promise<T>): Promise<T> =>
  rephrase(work, {
    ALREADY_EXISTS: (error) =>
      new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists. ${error.hint ?? ''}`.trim()),
  })

/** @param toldAs - How a changed param is told: by itself or as one of a batch. */
export const inRunWords = <T>(id: string, work: Promise<T>, toldAs: 'param' | 'batch' = 'batch'): Promise<T> =>
  rephrase(work, {
    // A batch may also name a logged model that is not there; the run is not to blame.
    NOT_FOUND: (error) =>
      error.where === undefined ? doesNotExist(`Run with id=${id} not found`) : invalidParameter(error.message),
    CONFLICT: (error) => changedParams(id, error, toldAs) ?? deletedRun(id),
  })

const deletedRun = (id: string): MlflowError =>
  invalidParameter(`The run ${id} must be in the 'active' state. Current state is deleted.`)

type ChangedParam = { readonly key: string; readonly old: string; readonly new: string }

function changedParams(id: string, error: RegiaError, toldAs: 'param' | 'batch'): MlflowError | undefined {
  const params: unknown = error.data?.params
  if (!Array.isArray(params)) return undefined
  const changed = params.filter(isChangedParam)
  const [first] = changed
  if (!first) return undefined
  if (toldAs === 'param') {
    return invalidParameter(
      `Changing param values is not allowed. Param with key='${first.key}' was already logged with value='${first.old}' for run ID='${id}'. Attempted logging new value '${first.new}'.`,
    )
  }
  const list = changed.map(
    ({ key, old, new: given }) =>
      `{'key': ${pythonText(key)}, 'old_value': ${pythonText(old)}, 'new_value': ${pythonText(given)}}`,
  )
  return invalidParameter(
    `Changing param values is not allowed. Params were already logged='[${list.join(', ')}]' for run ID='${id}'.`,
  )
}

const isChangedParam = (value: unknown): value is ChangedParam =>
  isRecord(value) && typeof value.key === 'string' && typeof value.old === 'string' && typeof value.new === 'string'

export const inModelWords = <T>(id: string, work: Promise<T>): Promise<T> =>
  rephrase(work, { NOT_FOUND: () => doesNotExist(`Logged model with ID '${id}' not found.`) })

/** A search's refusal: of a page token in the known words, of a filter or an order in ours, which point at the place. */
export const inSearchWords = <T>(work: Promise<T>): Promise<T> =>
  rephrase(work, {
    INVALID_INPUT: (error) =>
      error.where === 'cursor'
        ? invalidParameter('Invalid page token, could not base64-decode')
        : invalidParameter([error.message, error.hint].filter((text) => text !== undefined).join(' ')),
  })

/** @throws MlflowError for what cannot be the number of an experiment. */
export function assertExperimentId(id: string): string {
  const number = id.trim()
  if (/^[+-]?\d+$/.test(number)) return number
  throw invalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`)
}
