import { type Experiments, TRACKING_LIMITS } from '@regia/core'
import {
  checked,
  choice,
  doesNotExist,
  type Endpoint,
  endpoint,
  identifier,
  int64,
  invalidParameter,
  type KeyValue,
  keyValues,
  MlflowError,
  orAbsent,
  rephrase,
  required,
  text,
  texts,
} from '../wire/index.ts'
import { readArtifactLocation } from './artifact-location.ts'
import { MLFLOW_EXPERIMENT_GRAMMAR } from './grammars.ts'
import { assertExperimentTag, assertLength } from './keys.ts'
import { experimentToWire } from './run-wire.ts'
import { LIFECYCLE_OF_VIEW, NOTE_TAG, VIEW_TYPES } from './vocabulary.ts'
import { assertExperimentId, inExperimentWords, inNameWords, inSearchWords } from './words.ts'

const experimentId = () => required(identifier())
const name = () => required(text())

export function experimentEndpoints(experiments: Experiments): readonly Endpoint[] {
  const get = async (id: string) => inExperimentWords(id, experiments.get(assertExperimentId(id)))
  return [
    createExperiment(experiments),
    endpoint({
      verb: 'GET',
      path: '/mlflow/experiments/get',
      fields: { experiment_id: experimentId() },
      handle: async ({ experiment_id }) => ({ experiment: experimentToWire(await get(experiment_id)) }),
    }),
    endpoint({
      verb: 'GET',
      path: '/mlflow/experiments/get-by-name',
      fields: { experiment_name: required(text()) },
      handle: async ({ experiment_name }) => {
        const experiment = await experiments.findByName(experiment_name)
        if (experiment) return { experiment: experimentToWire(experiment) }
        throw doesNotExist(`Could not find experiment with name '${experiment_name}'`)
      },
    }),
    searchExperiments(experiments),
    endpoint({
      verb: 'POST',
      path: '/mlflow/experiments/delete',
      fields: { experiment_id: experimentId() },
      handle: async ({ experiment_id: id }) => {
        await inExperimentWords(id, experiments.delete(assertExperimentId(id)))
        return undefined
      },
    }),
    endpoint({
      verb: 'POST',
      path: '/mlflow/experiments/restore',
      fields: { experiment_id: experimentId() },
      handle: async ({ experiment_id: id }) => {
        const { name: kept } = await get(id)
        await inNameWords(kept, inExperimentWords(id, experiments.restore(assertExperimentId(id))))
        return undefined
      },
    }),
    renameExperiment(experiments),
    ...experimentTagEndpoints(experiments),
  ]
}

const createExperiment = (experiments: Experiments) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/experiments/create',
    fields: { name: name(), artifact_location: text(), tags: keyValues() },
    handle: async ({ name: asked, artifact_location: location, tags = [] }) => {
      const artifactRoot = location ? readArtifactLocation(location) : undefined
      assertLength('name', asked, TRACKING_LIMITS.experimentNameLength)
      tags.filter(({ key }) => key !== NOTE_TAG).forEach(assertExperimentTag)
      const { [NOTE_TAG]: note, ...others } = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
      const made = await inNameWords(
        asked,
        experiments.create({
          name: asked,
          tags: others,
          ...(note !== undefined && { note }),
          ...(artifactRoot !== undefined && { artifactRoot }),
        }),
      )
      return { experiment_id: made.id }
    },
  })

const DEFAULT_ORDER = ['creation_time DESC']

const searchExperiments = (experiments: Experiments) =>
  endpoint({
    verb: ['POST', 'GET'],
    path: '/mlflow/experiments/search',
    fields: {
      view_type: choice(VIEW_TYPES),
      max_results: int64(),
      order_by: texts(),
      filter: text(),
      page_token: text(),
    },
    handle: async ({ view_type = 'ACTIVE_ONLY', max_results = 0, order_by, filter, page_token }) => {
      const limit = assertPageSize(max_results)
      const { items, nextCursor } = await inSearchWords(
        experiments.search({
          lifecycle: LIFECYCLE_OF_VIEW[view_type],
          limit,
          filter,
          orderBy: order_by ?? DEFAULT_ORDER,
          cursor: page_token || undefined,
          grammar: MLFLOW_EXPERIMENT_GRAMMAR,
        }),
      )
      return { experiments: orAbsent(items.map(experimentToWire)), next_page_token: nextCursor }
    },
  })

/** @throws MlflowError in the words of the original's store. */
export function assertPageSize(size: number): number {
  const { searchPage } = TRACKING_LIMITS
  if (size >= 1 && size <= searchPage) return size
  const bound = size < 1 ? 'a positive integer' : `at most ${searchPage}`
  throw invalidParameter(`Invalid value ${size} for parameter 'max_results' supplied. It must be ${bound}`)
}

const renameExperiment = (experiments: Experiments) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/experiments/update',
    fields: {
      experiment_id: experimentId(),
      new_name: checked(name(), (asked) => assertLength('name', asked, TRACKING_LIMITS.experimentNameLength)),
    },
    handle: async ({ experiment_id: id, new_name }) => {
      const renamed = rephrase(experiments.update(assertExperimentId(id), { name: new_name }), {
        // The original's status is 500, at which its client tries again for minutes.
        CONFLICT: () => new MlflowError('INVALID_STATE', 'Cannot rename a non-active experiment.', 400),
      })
      await inNameWords(new_name, inExperimentWords(id, renamed))
      return undefined
    },
  })

const experimentTagEndpoints = (experiments: Experiments): readonly Endpoint[] => [
  endpoint({
    verb: 'POST',
    path: '/mlflow/experiments/set-experiment-tag',
    fields: { experiment_id: experimentId(), key: required(text()), value: text() },
    handle: async ({ experiment_id: id, key, value = '' }) => {
      const number = assertExperimentId(id)
      if (key !== NOTE_TAG) assertExperimentTag({ key, value })
      await inExperimentWords(id, setTag(experiments, number, { key, value }))
      return undefined
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow/experiments/delete-experiment-tag',
    fields: { experiment_id: experimentId(), key: required(text()) },
    handle: async ({ experiment_id: id, key }) => {
      const number = assertExperimentId(id)
      const wasThere = await inExperimentWords(
        id,
        key === NOTE_TAG ? dropNote(experiments, number) : experiments.deleteTag(number, key),
      )
      if (!wasThere) throw doesNotExist(`No tag with name: ${key} in experiment with id ${id}`)
      return undefined
    },
  }),
]

async function setTag(experiments: Experiments, id: string, { key, value }: KeyValue): Promise<void> {
  if (key === NOTE_TAG) await experiments.update(id, { note: value })
  else await experiments.setTags(id, { [key]: value })
}

async function dropNote(experiments: Experiments, id: string): Promise<boolean> {
  const { note } = await experiments.get(id)
  await experiments.update(id, { note: null })
  return note !== undefined
}
