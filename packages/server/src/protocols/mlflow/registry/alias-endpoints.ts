import { type ModelVersion, RegiaError } from '@regia/core'
import { doesNotExist, type Endpoint, endpoint } from '../wire/index.ts'
import { aliasNotFound, ofModel, ofVersion } from './refusals.ts'
import { aliasName, isLatest, modelName, newAliasName, versionNumber } from './registry-fields.ts'
import type { RegistryProtocol } from './registry-protocol.ts'
import { newestOf } from './resolve-source.ts'
import { versionToWire } from './to-wire.ts'

const PATH = '/mlflow/registered-models/alias'
const REASON = 'Set through the MLflow API.'

/** RPCs about aliases. */
export function aliasEndpoints(protocol: RegistryProtocol): readonly Endpoint[] {
  const { registry, operator } = protocol
  return [
    endpoint({
      verb: 'POST',
      path: PATH,
      fields: { name: modelName(), alias: newAliasName(), version: versionNumber() },
      handle: async ({ name, alias, version }) => {
        const move = { model: name, version, alias, by: operator, reason: REASON }
        await ofVersion(name, version, registry.promote(move))
        return undefined
      },
    }),
    endpoint({
      verb: 'DELETE',
      path: PATH,
      fields: { name: modelName(), alias: aliasName() },
      handle: async ({ name, alias }) => {
        await ofModel(name, registry.deleteAlias(name, alias, operator))
        return undefined
      },
    }),
    endpoint({
      verb: 'GET',
      path: PATH,
      fields: { name: modelName(), alias: aliasName() },
      handle: async ({ name, alias }) => ({ model_version: versionToWire(await getByAlias(protocol, name, alias)) }),
    }),
  ]
}

/** An alias that is not there is a fault of the request, as for MLflow; `latest` is the version with the highest number. */
async function getByAlias({ registry }: RegistryProtocol, name: string, alias: string): Promise<ModelVersion> {
  if (isLatest(alias)) {
    await ofModel(name, registry.get(name))
    const newest = await newestOf(registry, name)
    if (newest) return newest
    throw doesNotExist(`Latest version not found for model ${name}.`)
  }
  // A number would be looked up as a version.
  if (/^\d+$/.test(alias)) throw aliasNotFound(alias)
  try {
    return await registry.getVersion(name, alias)
  } catch (error) {
    if (!(error instanceof RegiaError) || error.code !== 'NOT_FOUND') throw error
    await ofModel(name, registry.get(name))
    throw aliasNotFound(alias)
  }
}
