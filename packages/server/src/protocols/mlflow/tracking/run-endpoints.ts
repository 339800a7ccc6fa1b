import { type Runs, TRACKING_LIMITS } from '@regia/core'
import {
  choice,
  doesNotExist,
  type Endpoint,
  endpoint,
  identifier,
  int64,
  invalidParameter,
  keyValues,
  missingParameter,
  required,
  text,
} from '../wire/index.ts'
import { cut } from './keys.ts'
import { partRunTags } from './reserved-tags.ts'
import { runInfoToWire, runToWire } from './run-wire.ts'
import { NAME_TAG, NOTE_TAG, PARENT_TAG, RUN_STATUSES, STATUS_FROM_WIRE } from './vocabulary.ts'
import { assertExperimentId, inExperimentWords, inRunWords } from './words.ts'

export const runId = () => required(text())

export function runEndpoints(runs: Runs): readonly Endpoint[] {
  return [
    createRun(runs),
    endpoint({
      verb: 'GET',
      path: '/mlflow/runs/get',
      fields: { run_id: runId() },
      handle: async ({ run_id }) => {
        const run = await inRunWords(run_id, runs.get(run_id))
        return { run: runToWire(run, run) }
      },
    }),
    updateRun(runs),
    endpoint({
      verb: 'POST',
      path: '/mlflow/runs/delete',
      fields: { run_id: runId() },
      handle: async ({ run_id }) => {
        await inRunWords(run_id, runs.delete(run_id))
        return undefined
      },
    }),
    endpoint({
      verb: 'POST',
      path: '/mlflow/runs/restore',
      fields: { run_id: runId() },
      handle: async ({ run_id }) => {
        await inRunWords(run_id, runs.restore(run_id))
        return undefined
      },
    }),
    deleteTag(runs),
  ]
}

const createRun = (runs: Runs) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/create',
    fields: {
      experiment_id: identifier(),
      start_time: int64(),
      run_name: text(),
      user_id: identifier(),
      tags: keyValues(),
    },
    handle: async ({
      experiment_id: experimentId = '',
      start_time = 0,
      run_name = '',
      user_id = '',
      tags: given = [],
    }) => {
      if (experimentId === '') throw missingParameter('experiment_id')
      const { tags, change } = partRunTags(given)
      if (run_name && change.name && run_name !== change.name) throw twoNames(run_name, change.name)
      const name = run_name || change.name
      const created = runs.create({
        experimentId: assertExperimentId(experimentId),
        source: 'mlflow',
        startMs: start_time,
        tags: tags.map(({ key, value }) => ({ key, value: cut(value, TRACKING_LIMITS.tagValueLength) })),
        ...(name && { name }),
        ...(user_id && { user: user_id }),
        ...(change.parentId && { parentId: change.parentId }),
        ...(change.note !== undefined &&
          change.note !== null && { note: cut(change.note, TRACKING_LIMITS.noteLength) }),
      })
      return { run: runToWire(await inExperimentWords(experimentId, created)) }
    },
  })

const twoNames = (name: string, tag: string) =>
  invalidParameter(
    `Both 'run_name' argument and '${NAME_TAG}' tag are specified, but with different values (run_name='${name}', ${NAME_TAG}='${tag}').`,
  )

const updateRun = (runs: Runs) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/update',
    fields: { run_id: runId(), end_time: int64(), status: choice(RUN_STATUSES), run_name: text() },
    handle: async ({ run_id, status, end_time: endMs, run_name: name }) => {
      const change = {
        ...(status !== undefined && { status: STATUS_FROM_WIRE[status] }),
        ...(endMs !== undefined && { endMs }),
        ...(name && { name }),
      }
      return { run_info: runInfoToWire(await inRunWords(run_id, runs.update(run_id, change))) }
    },
  })

const deleteTag = (runs: Runs) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/delete-tag',
    fields: { run_id: runId(), key: required(text()) },
    handle: async ({ run_id, key }) => {
      if (await inRunWords(run_id, dropTag(runs, run_id, key))) return undefined
      throw doesNotExist(`No tag with name: ${key} in run with id ${run_id}`)
    },
  })

/** A run always has a name: it stays. */
async function dropTag(runs: Runs, id: string, key: string): Promise<boolean> {
  if (key === NAME_TAG) return (await runs.update(id, {})).name !== ''
  if (key !== PARENT_TAG && key !== NOTE_TAG) return runs.deleteTag(id, key)
  const { lifecycle, parentId, note } = await runs.get(id)
  if (lifecycle === 'active' && (key === PARENT_TAG ? parentId : note) === undefined) return false
  await runs.update(id, key === PARENT_TAG ? { parentId: null } : { note: null })
  return true
}
