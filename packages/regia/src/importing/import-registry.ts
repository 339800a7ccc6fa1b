import { RegiaError, STAGES } from '@regia/core'
import type { ImportJob } from './import-mlflow.ts'
import type { SourceRegistered, SourceVersion } from './import-source.ts'

/** Registered models with versions, aliases and tags. Versions keep their numbers. */
export async function importRegistry(job: ImportJob): Promise<void> {
  const { source, report, say } = job
  for await (const model of source.registered()) {
    say(`model "${model.name}"`)
    report.models.found++
    if (await importModel(job, model)) report.models.imported++
    else report.models.skipped++
    for await (const version of source.versions(model.name)) await importVersion(job, version)
    await importAliases(job, model)
  }
}

async function importModel({ regia }: ImportJob, { name, description, tags }: SourceRegistered): Promise<boolean> {
  try {
    await regia.models.create({ name, description, tags: { ...tags } })
    return true
  } catch (error) {
    if (error instanceof RegiaError && error.code === 'ALREADY_EXISTS') return false
    throw error
  }
}

async function importVersion(job: ImportJob, version: SourceVersion): Promise<void> {
  const { regia, report } = job
  report.versions.found++
  const { model, version: number } = version
  const there = await findVersion(job, version)
  if (there) {
    report.versions.skipped++
    if (there.runId !== version.runId) report.problems.push(`model "${model}" version ${number}: another one is here`)
    return
  }
  const source = placeOf(version)
  if (source === undefined) {
    report.problems.push(
      `model "${model}" version ${number}: its files (${version.source}) cannot be reached from here`,
    )
    return
  }
  const loggedModelId = version.loggedModelId ?? loggedModelIn(version.source)
  const made = await regia.models.registerVersion(model, {
    version: number,
    description: version.description,
    tags: { ...version.tags },
    ...source,
    ...(version.runId !== undefined && { runId: version.runId }),
    ...(loggedModelId !== undefined && { loggedModelId }),
  })
  const stage = STAGES.find((each) => each === version.stage)
  if (stage !== undefined && stage !== 'None') await regia.models.updateVersion(model, made.version, { stage })
  report.versions.imported++
}

async function findVersion({ regia }: ImportJob, { model, version }: SourceVersion) {
  try {
    return await regia.models.version(model, version)
  } catch (error) {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Where its files are now: with the logged model, or with the run under the same path. */
function placeOf(version: SourceVersion): { readonly source: string } | undefined {
  if (version.loggedModelId !== undefined) return { source: `models:/${version.loggedModelId}` }
  if (version.source.startsWith('models:/')) return { source: version.source }
  const path = version.runId === undefined ? undefined : pathInRun(version.source, version.runId)
  if (path !== undefined && version.runId !== undefined) return { source: `runs:/${version.runId}/${path}` }
  // A bucket that both can reach stays where it is.
  return /^(s3|gs|wasbs?|abfss?|https?|dbfs|hdfs):/.test(version.source) ? { source: version.source } : undefined
}

/** A version says where it comes from; of which logged model, only newer servers say. */
const loggedModelIn = (source: string): string | undefined => /^models:\/(m-[0-9a-f]{32})$/.exec(source)?.[1]

function pathInRun(source: string, runId: string): string | undefined {
  if (source.startsWith(`runs:/${runId}/`)) return source.slice(`runs:/${runId}/`.length)
  return new RegExp(`/${runId}/artifacts/(.+)$`).exec(source)?.[1]
}

/** An alias that stands elsewhere here has moved since, and stays. */
async function importAliases({ regia, source, report }: ImportJob, { name, aliases }: SourceRegistered): Promise<void> {
  const { aliases: here } = await regia.models.get(name)
  for (const [alias, version] of Object.entries(aliases)) {
    if (here.some((each) => each.alias === alias)) continue
    try {
      await regia.models.promote(name, version, { alias, reason: `Imported from ${source.name}.` })
    } catch (error) {
      if (!(error instanceof RegiaError)) throw error
      report.problems.push(`model "${name}": alias "${alias}" of version ${version}: ${error.message}`)
    }
  }
}
