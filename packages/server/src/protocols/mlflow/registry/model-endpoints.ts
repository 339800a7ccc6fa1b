import { RegiaError } from '@regia/core'
import { inSearchWords } from '../tracking/words.ts'
import { type Endpoint, endpoint, orAbsent, text, texts } from '../wire/index.ts'
import { isPrompt } from './prompt-tags.ts'
import { nameTaken, ofModel } from './refusals.ts'
import { modelName, parseStage, registryTags, tagKey, tagsOf } from './registry-fields.ts'
import type { RegistryProtocol } from './registry-protocol.ts'
import { searchFields, searchOf, WIRE_MODEL_GRAMMAR } from './registry-search.ts'
import { assertTagValue } from './registry-tag.ts'
import { modelToWire, versionToWire } from './to-wire.ts'

const AT = '/mlflow/registered-models'
const MOST_MODELS = 1_000
const USUAL_MODELS = 100

/** RPCs about registered models. */
export function modelEndpoints(protocol: RegistryProtocol): readonly Endpoint[] {
  const { registry, operator } = protocol
  return [
    createModel(protocol),
    endpoint({
      verb: 'GET',
      path: `${AT}/get`,
      fields: { name: modelName() },
      handle: async ({ name }) => reply(protocol, await ofModel(name, registry.get(name))),
    }),
    endpoint({
      verb: 'PATCH',
      path: `${AT}/update`,
      fields: { name: modelName(), description: text() },
      handle: async ({ name, description = '' }) =>
        reply(protocol, await ofModel(name, registry.update(name, { description }))),
    }),
    endpoint({
      verb: 'POST',
      path: `${AT}/rename`,
      fields: { name: modelName(), new_name: modelName('new_name') },
      handle: async ({ name, new_name }) => {
        const taken = () => nameTaken(new_name, false, false)
        return reply(protocol, await ofModel(name, registry.rename(name, new_name), { ALREADY_EXISTS: taken }))
      },
    }),
    endpoint({
      verb: 'DELETE',
      path: `${AT}/delete`,
      fields: { name: modelName() },
      handle: ({ name }) => ofModel(name, registry.delete(name, operator)).then(nothing),
    }),
    searchModels(protocol),
    latestVersions(protocol),
    endpoint({
      verb: 'POST',
      path: `${AT}/set-tag`,
      fields: { name: modelName(), key: tagKey(), value: text() },
      handle: async ({ name, key, value = '' }) => {
        assertTagValue(key, value)
        await ofModel(name, registry.setTag(name, key, value))
        return undefined
      },
    }),
    endpoint({
      verb: 'DELETE',
      path: `${AT}/delete-tag`,
      fields: { name: modelName(), key: tagKey() },
      handle: ({ name, key }) => ofModel(name, registry.deleteTag(name, key)).then(nothing),
    }),
  ]
}

const nothing = (): undefined => undefined

function createModel(protocol: RegistryProtocol): Endpoint {
  const { registry } = protocol
  return endpoint({
    verb: 'POST',
    path: `${AT}/create`,
    fields: { name: modelName(), tags: registryTags(), description: text() },
    handle: async ({ name, tags, description }) => {
      const wanted = tagsOf(tags)
      try {
        const model = await registry.create({ name, tags: wanted, ...(description !== undefined && { description }) })
        return { registered_model: modelToWire(model) }
      } catch (error) {
        if (!(error instanceof RegiaError) || error.code !== 'ALREADY_EXISTS') throw error
        throw nameTaken(name, isPrompt((await registry.get(name)).tags), isPrompt(wanted))
      }
    },
  })
}

function searchModels({ registry }: RegistryProtocol): Endpoint {
  return endpoint({
    verb: 'GET',
    path: `${AT}/search`,
    fields: searchFields(MOST_MODELS),
    handle: async (asked) => {
      const found = await inSearchWords(registry.search(searchOf(asked, WIRE_MODEL_GRAMMAR, USUAL_MODELS)))
      const latest = await registry.latestByStage(found.items.map(({ name }) => name))
      const ofEach = Map.groupBy(latest, ({ model }) => model)
      return {
        registered_models: orAbsent(found.items.map((model) => modelToWire(model, ofEach.get(model.name)))),
        next_page_token: found.nextCursor,
      }
    },
  })
}

/** Clients of 2.x ask with POST and a body, others with GET. */
function latestVersions({ registry }: RegistryProtocol): Endpoint {
  return endpoint({
    verb: ['POST', 'GET'],
    path: `${AT}/get-latest-versions`,
    fields: { name: modelName(), stages: texts() },
    handle: async ({ name, stages = [] }) => {
      await ofModel(name, registry.get(name))
      const wanted = stages.map(parseStage)
      const latest = await registry.latestByStage([name])
      const chosen = wanted.length === 0 ? latest : latest.filter((version) => wanted.includes(version.stage))
      return { model_versions: orAbsent(chosen.map(versionToWire)) }
    },
  })
}

async function reply({ registry }: RegistryProtocol, model: Parameters<typeof modelToWire>[0]): Promise<object> {
  return { registered_model: modelToWire(model, await registry.latestByStage([model.name])) }
}
