import type { LoggedModelRecord, ModelVersion } from '@regia/core'
import { type Endpoint, endpoint, invalidParameter, isRecord, required, text } from '../wire/index.ts'
import { isPrompt } from './prompt-tags.ts'
import { ofModel } from './refusals.ts'
import { modelName, registryTags, tagsOf } from './registry-fields.ts'
import type { RegistryProtocol } from './registry-protocol.ts'
import { resolveSource } from './resolve-source.ts'
import { versionToWire } from './to-wire.ts'

/** A version needs a source, a prompt has none: what clients write in its place. */
const PROMPT_SOURCES = ['dummy-source', 'prompt-template']

/** On a logged model: the versions that were made of it, as JSON. */
const VERSIONS_TAG = 'mlflow.modelVersions'

/** Makes a version of files that are somewhere, or of a prompt's text. */
export function createVersion(protocol: RegistryProtocol): Endpoint {
  const { registry, operator } = protocol
  return endpoint({
    verb: 'POST',
    path: '/mlflow/model-versions/create',
    fields: {
      name: modelName(),
      source: required(text()),
      run_id: text(),
      tags: registryTags(),
      run_link: text(),
      description: text(),
      model_id: text(),
    },
    handle: async (asked) => {
      const { name, source, run_link: runLink, description } = asked
      const tags = tagsOf(asked.tags)
      const from = isPrompt(tags)
        ? promptSource(source)
        : await resolveSource(protocol, {
            source,
            runId: asked.run_id || undefined,
            modelId: asked.model_id || undefined,
          })
      const runId = from.runId ?? asked.run_id
      const wanted = registry.createVersion({
        ...{ model: name, source: from.source, location: from.location, tags, by: operator },
        ...(runId && { runId }),
        ...(from.loggedModel && { loggedModelId: from.loggedModel.id }),
        ...(runLink && { runLink }),
        ...(description && { description }),
      })
      const version = await ofModel(name, wanted)
      if (from.loggedModel) await noteVersion(protocol, from.loggedModel, version)
      return { model_version: versionToWire(version) }
    },
  })
}

function promptSource(source: string) {
  if (PROMPT_SOURCES.includes(source)) return { source, location: source, runId: undefined, loggedModel: undefined }
  throw invalidParameter(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`)
}

/** Writes on the logged model that it became a version, as clients of 3.x read it. */
async function noteVersion(
  { loggedModels }: RegistryProtocol,
  model: LoggedModelRecord,
  { model: name, version }: ModelVersion,
): Promise<void> {
  const noted = parseVersions(model.tags[VERSIONS_TAG])
  const isNoted = noted.some((each) => isRecord(each) && each.name === name && String(each.version) === String(version))
  if (isNoted) return
  const value = JSON.stringify([...noted, { name, version: String(version) }])
  await loggedModels.setTags(model.id, [{ key: VERSIONS_TAG, value }])
}

function parseVersions(text: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
