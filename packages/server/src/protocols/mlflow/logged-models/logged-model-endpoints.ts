import type { LoggedModels } from '@regia/core'
import { pythonText } from '../tracking/python-text.ts'
import { assertExperimentId, inExperimentWords, inModelWords } from '../tracking/words.ts'
import {
  choice,
  doesNotExist,
  type Endpoint,
  endpoint,
  identifier,
  invalidParameter,
  keyValues,
  required,
  text,
} from '../wire/index.ts'
import { loggedModelToWire, MODEL_STATUS_FROM_WIRE, MODEL_STATUSES } from './logged-model-wire.ts'

const ONE = '/mlflow/logged-models/:model_id'
const modelId = () => required(text())

export const loggedModelEndpoints = (models: LoggedModels): readonly Endpoint[] => [
  createModel(models),
  endpoint({
    verb: 'GET',
    path: ONE,
    fields: { model_id: modelId() },
    handle: async ({ model_id }) => ({ model: loggedModelToWire(await inModelWords(model_id, models.get(model_id))) }),
  }),
  finalizeModel(models),
  endpoint({
    verb: 'DELETE',
    path: ONE,
    fields: { model_id: modelId() },
    handle: async ({ model_id }) => {
      await inModelWords(model_id, models.delete(model_id))
      return undefined
    },
  }),
  endpoint({
    verb: 'POST',
    path: `${ONE}/params`,
    fields: { model_id: modelId(), params: keyValues('required') },
    handle: async ({ model_id, params = [] }) => {
      await inModelWords(model_id, models.logParams(model_id, params))
      return undefined
    },
  }),
  endpoint({
    verb: 'PATCH',
    path: `${ONE}/tags`,
    fields: { model_id: modelId(), tags: keyValues('required') },
    handle: async ({ model_id, tags = [] }) => {
      await inModelWords(model_id, models.setTags(model_id, tags))
      return undefined
    },
  }),
  endpoint({
    verb: 'DELETE',
    path: `${ONE}/tags/:tag_key`,
    fields: { model_id: modelId(), tag_key: required(text()) },
    handle: async ({ model_id: id, tag_key: key }) => {
      if (await inModelWords(id, models.deleteTag(id, key))) return undefined
      throw doesNotExist(`No tag with key ${pythonText(key)} found for model with ID ${pythonText(id)}.`)
    },
  }),
]

const createModel = (models: LoggedModels) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/logged-models',
    fields: {
      experiment_id: required(identifier()),
      name: text(),
      model_type: text(),
      source_run_id: text(),
      params: keyValues('required'),
      tags: keyValues('required'),
    },
    handle: async ({ experiment_id: experimentId, name, model_type, source_run_id, params, tags }) => {
      if (name && /[/:.%"']/.test(name)) throw badName(name)
      const created = models.create({
        experimentId: assertExperimentId(experimentId),
        ...(name && { name }),
        ...(model_type && { modelType: model_type }),
        ...(source_run_id && { sourceRunId: source_run_id }),
        ...(params && { params }),
        ...(tags && { tags }),
      })
      return { model: loggedModelToWire(await inExperimentWords(experimentId, created)) }
    },
  })

const badName = (name: string) =>
  invalidParameter(
    `Invalid model name (${pythonText(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  )

const finalizeModel = (models: LoggedModels) =>
  endpoint({
    verb: 'PATCH',
    path: ONE,
    fields: { model_id: modelId(), status: required(choice(MODEL_STATUSES)) },
    handle: async ({ model_id, status }) => {
      const kept = MODEL_STATUS_FROM_WIRE[status]
      const changed = kept === undefined ? models.get(model_id) : models.setStatus(model_id, kept)
      return { model: loggedModelToWire(await inModelWords(model_id, changed)) }
    },
  })
