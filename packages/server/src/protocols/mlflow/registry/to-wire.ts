import type { ModelVersion, RegisteredModel } from '@regia/core'
import { orAbsent } from '../wire/index.ts'

/** A registered model with its newest version of each stage, as the protocol writes it: empty lists and an empty description are absent. */
export function modelToWire(model: RegisteredModel, latest: readonly ModelVersion[] = []): object {
  return {
    name: model.name,
    creation_timestamp: Date.parse(model.createdAt),
    last_updated_timestamp: Date.parse(model.updatedAt),
    description: model.description || undefined,
    latest_versions: orAbsent(latest.map(versionToWire)),
    tags: tagsToWire(model.tags),
    aliases: orAbsent(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  }
}

/** A version; its number is a text. One that a pipeline made belongs to the run of that pipeline. */
export function versionToWire(version: ModelVersion): object {
  return {
    name: version.model,
    version: String(version.version),
    creation_timestamp: Date.parse(version.createdAt),
    last_updated_timestamp: Date.parse(version.updatedAt),
    current_stage: version.stage,
    description: version.description,
    source: version.source ?? '',
    run_id: version.runId ?? version.lineage.runId ?? '',
    status: 'READY',
    tags: tagsToWire(version.tags),
    run_link: version.runLink ?? '',
    aliases: orAbsent(version.aliases),
  }
}

const tagsToWire = (tags: Readonly<Record<string, string>>) =>
  orAbsent(Object.entries(tags).map(([key, value]) => ({ key, value })))
