import type { ModelVersion, Stage } from '@regia/core'
import { inSearchWords } from '../tracking/words.ts'
import { doesNotExist, type Endpoint, endpoint, flag, invalidParameter, orAbsent, text } from '../wire/index.ts'
import { createVersion } from './create-version.ts'
import { ofVersion } from './refusals.ts'
import { modelName, stage, tagKey, versionNumber } from './registry-fields.ts'
import type { RegistryProtocol } from './registry-protocol.ts'
import { searchFields, searchOf, WIRE_VERSION_GRAMMAR } from './registry-search.ts'
import { assertTagValue } from './registry-tag.ts'
import { versionToWire } from './to-wire.ts'

const AT = '/mlflow/model-versions'
const MOST_VERSIONS = 200_000
const USUAL_VERSIONS = 10_000
const ofOne = { name: modelName(), version: versionNumber() } as const

/** RPCs about versions of registered models. */
export function versionEndpoints(protocol: RegistryProtocol): readonly Endpoint[] {
  const { registry, operator } = protocol
  return [
    createVersion(protocol),
    endpoint({
      verb: 'GET',
      path: `${AT}/get`,
      fields: ofOne,
      handle: async ({ name, version }) => reply(await getVersion(protocol, name, version)),
    }),
    endpoint({
      verb: 'PATCH',
      path: `${AT}/update`,
      fields: { ...ofOne, description: text() },
      handle: async ({ name, version, description = '' }) =>
        reply(await ofVersion(name, version, registry.updateVersion(name, version, { description }))),
    }),
    endpoint({
      verb: 'DELETE',
      path: `${AT}/delete`,
      fields: ofOne,
      handle: async ({ name, version }) => {
        await ofVersion(name, version, registry.deleteVersion(name, version, operator))
        return undefined
      },
    }),
    endpoint({
      verb: 'GET',
      path: `${AT}/search`,
      fields: searchFields(MOST_VERSIONS),
      handle: async (asked) => {
        const found = await inSearchWords(
          registry.searchVersions(searchOf(asked, WIRE_VERSION_GRAMMAR, USUAL_VERSIONS)),
        )
        return { model_versions: orAbsent(found.items.map(versionToWire)), next_page_token: found.nextCursor }
      },
    }),
    endpoint({
      verb: 'GET',
      path: `${AT}/get-download-uri`,
      fields: ofOne,
      handle: async ({ name, version }) => ({ artifact_uri: locationOf(await getVersion(protocol, name, version)) }),
    }),
    transitionStage(protocol),
    ...tagEndpoints(protocol),
  ]
}

/**
 * Where the files of a version are.
 *
 * @throws MlflowError for one that a pipeline made: its package is no folder of the protocol's.
 */
export function locationOf({ model, version, location, source }: ModelVersion): string {
  const uri = location ?? source
  if (uri !== undefined) return uri
  throw doesNotExist(
    `Model Version (name=${model}, version=${version}) was made by a pipeline: it is served by an endpoint and has no folder of files to download.`,
  )
}

export const getVersion = ({ registry }: RegistryProtocol, name: string, version: number): Promise<ModelVersion> =>
  ofVersion(name, version, registry.getVersion(name, version))

function transitionStage({ registry }: RegistryProtocol): Endpoint {
  return endpoint({
    verb: 'POST',
    path: `${AT}/transition-stage`,
    fields: { ...ofOne, stage: stage(), archive_existing_versions: flag() },
    handle: async ({ name, version, stage: to, archive_existing_versions: archives = false }) => {
      if (archives) assertReleased(to)
      return reply(await ofVersion(name, version, registry.setStage(name, version, to, archives)))
    },
  })
}

function assertReleased(to: Stage): void {
  if (to === 'Staging' || to === 'Production') return
  throw invalidParameter(
    `Model version transition cannot archive existing model versions because '${to}' is not an Active stage. ` +
      "Valid stages are ['Staging', 'Production']",
  )
}

function tagEndpoints({ registry }: RegistryProtocol): readonly Endpoint[] {
  return [
    endpoint({
      verb: 'POST',
      path: `${AT}/set-tag`,
      fields: { ...ofOne, key: tagKey(), value: text() },
      handle: async ({ name, version, key, value = '' }) => {
        assertTagValue(key, value)
        await ofVersion(name, version, registry.setVersionTag(name, version, key, value))
        return undefined
      },
    }),
    endpoint({
      verb: 'DELETE',
      path: `${AT}/delete-tag`,
      fields: { ...ofOne, key: tagKey() },
      handle: async ({ name, version, key }) => {
        await ofVersion(name, version, registry.deleteVersionTag(name, version, key))
        return undefined
      },
    }),
  ]
}

const reply = (version: ModelVersion): object => ({ model_version: versionToWire(version) })
