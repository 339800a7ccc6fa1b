import type { RegiaClient } from '@regia/sdk'
import { importModels } from './import-models.ts'
import { importRegistry } from './import-registry.ts'
import { importRun } from './import-run.ts'
import type { ImportSource } from './import-source.ts'

/** What of one kind was found, was there already, and came. */
export type Counted = { found: number; skipped: number; imported: number }

export type ImportReport = {
  readonly source: string
  readonly experiments: Counted
  readonly runs: Counted
  readonly points: Counted
  readonly files: Counted & { bytes: number; readonly elsewhere: number }
  readonly loggedModels: Counted
  readonly models: Counted
  readonly versions: Counted
  /** What is not here as it is there; nothing when all is well. */
  readonly problems: readonly string[]
}

/** What an import needs everywhere. */
export type ImportJob = {
  readonly regia: RegiaClient
  readonly source: ImportSource
  readonly report: { -readonly [Key in keyof ImportReport]: ImportReport[Key] } & {
    problems: string[]
    files: Counted & { bytes: number; elsewhere: number }
  }
  readonly say: (text: string) => void
  /** Called whenever the report has grown by a run. */
  readonly counted: (report: ImportReport) => void
  /** Runs at once. */
  readonly atOnce: number
}

const none = (): Counted => ({ found: 0, skipped: 0, imported: 0 })

/**
 * Takes over everything that another tracker holds: experiments, runs with every point, files, logged models and the registry. Runs and logged
 * models keep their ids, so that it can be cut short and called again: what is complete is skipped.
 *
 * @throws RegiaError what the source or Regia says when one of them cannot go on.
 */
export async function importMlflow(
  regia: RegiaClient,
  source: ImportSource,
  { say, counted, atOnce = 4 }: Pick<ImportJob, 'say' | 'counted'> & { readonly atOnce?: number },
): Promise<ImportReport> {
  const report = {
    source: source.name,
    experiments: none(),
    runs: none(),
    points: none(),
    files: { ...none(), bytes: 0, elsewhere: 0 },
    loggedModels: none(),
    models: none(),
    versions: none(),
    problems: [],
  }
  const job: ImportJob = { regia, source, report, say, counted, atOnce }
  for await (const experiment of source.experiments()) {
    const id = await importExperiment(job, experiment.name, experiment.tags)
    say(`experiment "${experiment.name}"`)
    await atMost(atOnce, source.runs(experiment.id), async (run) => {
      await importRun(job, run, experiment.name)
      counted(report)
    })
    await importModels(job, experiment.id, id)
    if (experiment.isDeleted && id !== DEFAULT) await regia.experiments.delete(id)
  }
  await importRegistry(job)
  return report
}

const DEFAULT = '0'

async function importExperiment(
  { regia, report }: ImportJob,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  report.experiments.found++
  const known = await findExperiment(regia, name)
  if (known !== undefined) {
    report.experiments.skipped++
    return known
  }
  report.experiments.imported++
  const { 'mlflow.note.content': note, ...rest } = tags
  return (await regia.experiments.create({ name, tags: rest, ...(note !== undefined && { note }) })).id
}

/** A deleted one is brought back first, or its runs could not be looked at. */
async function findExperiment(regia: RegiaClient, name: string): Promise<string | undefined> {
  for (const lifecycle of ['active', 'deleted'] as const) {
    for (let cursor: string | undefined; ; ) {
      const page = await regia.experiments.list({ search: name, lifecycle, limit: 1000, ...(cursor && { cursor }) })
      const found = page.items.find((each) => each.name === name)
      if (found) return lifecycle === 'deleted' ? (await regia.experiments.restore(found.id)).id : found.id
      if (page.nextCursor === undefined) break
      cursor = page.nextCursor
    }
  }
  return undefined
}

/** Works on several items at a time, in the order in which they come; the first failure ends it. */
async function atMost<Item>(
  limit: number,
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const item of items) {
    const one = work(item).finally(() => running.delete(one))
    running.add(one)
    if (running.size >= limit) await Promise.race(running)
  }
  await Promise.all(running)
}
