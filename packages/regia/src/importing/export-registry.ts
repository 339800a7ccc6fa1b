import { join } from 'node:path'
import type { ModelVersion, RegisteredModel } from '@regia/core'
import { addressOf, type ExportJob, everyPage, saveFiles, writeMeta, writeTexts } from './export-mlruns.ts'

/** Registered models with versions, aliases and tags, and the files of versions that no logged model holds. */
export async function exportRegistry(job: ExportJob): Promise<void> {
  const { regia, report } = job
  for await (const model of everyPage((cursor) => regia.models.list({ limit: 1000, ...(cursor && { cursor }) }))) {
    // A folder is named after it: a name with a slash has none.
    if (/[/\\]/.test(model.name)) continue
    report.models++
    await exportModel(job, model)
    const page = (cursor: string | undefined) =>
      regia.models.versions(model.name, { limit: 1000, ...(cursor && { cursor }) })
    for await (const version of everyPage(page)) await exportVersion(job, version)
  }
}

async function exportModel({ folder }: ExportJob, model: RegisteredModel): Promise<void> {
  const here = join(folder, 'models', model.name)
  const aliases = Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, String(version)]))
  await writeMeta(here, {
    aliases,
    creation_timestamp: Date.parse(model.createdAt),
    description: model.description,
    last_updated_timestamp: Date.parse(model.updatedAt),
    name: model.name,
  })
  await writeTexts(join(here, 'tags'), model.tags)
  await writeTexts(join(here, 'aliases'), aliases)
}

async function exportVersion(job: ExportJob, version: ModelVersion): Promise<void> {
  const { regia, report } = job
  const here = join(job.folder, 'models', version.model, `version-${version.version}`)
  const files = regia.tracking.versionFiles(version.model, version.version)
  report.versions++
  const held = await placeOf(job, version)
  if (version.loggedModelId === undefined) {
    await saveFiles(job, held, async (path) => (await files.list({ path })).files, files.read)
  }
  await writeMeta(here, {
    creation_timestamp: Date.parse(version.createdAt),
    current_stage: version.stage,
    description: version.description,
    last_updated_timestamp: Date.parse(version.updatedAt),
    model_id: version.loggedModelId ?? null,
    name: version.model,
    run_id: version.runId ?? null,
    run_link: version.runLink ?? null,
    source: version.loggedModelId === undefined ? addressOf(held) : `models:/${version.loggedModelId}`,
    status: 'READY',
    status_message: null,
    storage_location: addressOf(held),
    user_id: null,
    version: version.version,
  })
  await writeTexts(join(here, 'tags'), version.tags)
}

/** Where its files lie: with its logged model, or below itself. */
async function placeOf({ regia, folder }: ExportJob, { model, version, loggedModelId }: ModelVersion): Promise<string> {
  if (loggedModelId === undefined) return join(folder, 'models', model, `version-${version}`, 'artifacts')
  const { experimentId } = await regia.tracking.loggedModel(loggedModelId)
  return join(folder, experimentId, 'models', loggedModelId, 'artifacts')
}
