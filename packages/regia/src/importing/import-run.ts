import { encodeNumber, type LoggedMetric, TRACKING_LIMITS } from '@regia/core'
import type { ImportJob } from './import-mlflow.ts'
import type { SourceFile, SourceRun } from './import-source.ts'
import { splitTags } from './mlflow-words.ts'

/** Names the source on a run that came whole. */
const COMPLETE = 'import.complete'

/** A run with every point and file. One that came whole before is looked at no more, unless it has ended otherwise since. */
export async function importRun(job: ImportJob, run: SourceRun, experiment: string): Promise<void> {
  const { regia, source, report } = job
  report.runs.found++
  const { name, parentId, note, rest } = splitTags(run.tags)
  const there = await regia.tracking.create({
    id: run.id,
    experiment,
    name: run.name || name || run.id,
    startedAt: isoOf(run.startMs),
    source: 'import',
    ...(run.user !== undefined && { user: run.user }),
    ...(parentId !== undefined && { parentId }),
  })
  const mark = markOf(run)
  if (there.tags[COMPLETE] === mark) {
    report.runs.skipped++
    return
  }
  if (there.lifecycle === 'deleted') await regia.tracking.restore(run.id)
  await logTexts(job, run, rest)
  const points = await logPoints(job, run)
  const files = await sendFiles(job, source.files(run), (path, bytes) => regia.tracking.writeFile(run.id, path, bytes))
  if (files === 0 && run.artifactUri !== '' && !run.artifactUri.startsWith('mlflow-artifacts:'))
    report.files.elsewhere++
  await regia.tracking.update(run.id, {
    status: run.status,
    ...(run.endMs !== undefined && { finishedAt: isoOf(run.endMs) }),
    ...(note !== undefined && { note }),
  })
  await verify(job, run, points)
  await regia.tracking.log(run.id, { tags: { [COMPLETE]: mark } })
  if (run.isDeleted) await regia.tracking.delete(run.id)
  report.runs.imported++
}

/** What it was when it came; a run that goes on is taken again. */
const markOf = ({ status, endMs, isDeleted }: SourceRun): string =>
  `${status} ${endMs ?? '-'}${isDeleted ? ' deleted' : ''}`

async function logTexts({ regia }: ImportJob, run: SourceRun, tags: Readonly<Record<string, string>>): Promise<void> {
  for (const params of chunks(Object.entries(run.params), TRACKING_LIMITS.paramsInBatch)) {
    await regia.tracking.log(run.id, { params: Object.fromEntries(params) })
  }
  for (const some of chunks(Object.entries(tags), TRACKING_LIMITS.tagsInBatch)) {
    await regia.tracking.log(run.id, { tags: Object.fromEntries(some) })
  }
  for (const datasets of chunks(run.datasets, 20)) await regia.tracking.log(run.id, { datasets: [...datasets] })
}

/** How many points each key has at the source. */
async function logPoints({ regia, source, report }: ImportJob, run: SourceRun): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  let batch: LoggedMetric[] = []
  const send = async () => {
    if (batch.length > 0) await regia.tracking.log(run.id, { metrics: batch })
    report.points.imported += batch.length
    batch = []
  }
  for (const key of run.metricKeys) {
    const distinct = new Set<string>()
    for await (const { value, step, atMs } of source.history(run.id, key)) {
      report.points.found++
      distinct.add(`${atMs} ${step} ${value}`)
      batch.push({ key, value: encodeNumber(value), step, atMs })
      if (batch.length === TRACKING_LIMITS.metricsInBatch) await send()
    }
    // A point that stands there twice is one.
    counts.set(key, distinct.size)
  }
  await send()
  return counts
}

/** Sends files one after the other; those of the same size that are there already are left. */
export async function sendFiles(
  { report }: ImportJob,
  files: AsyncIterable<SourceFile>,
  send: (path: string, bytes: ReadableStream<Uint8Array>) => Promise<unknown>,
): Promise<number> {
  let count = 0
  for await (const file of files) {
    report.files.found++
    await send(file.path, await file.open())
    report.files.imported++
    report.files.bytes += file.sizeBytes
    count++
  }
  return count
}

/** Compares what is here with what is there. */
async function verify(
  { regia, report }: ImportJob,
  run: SourceRun,
  points: ReadonlyMap<string, number>,
): Promise<void> {
  const here = await regia.tracking.get(run.id)
  const missing = Object.entries(run.params).filter(([key, value]) => here.params[key] !== value)
  if (missing.length > 0) report.problems.push(`run ${run.id}: params ${missing.map(([key]) => key).join(', ')} differ`)
  const { curves } = points.size === 0 ? { curves: [] } : await countPoints(regia, run.id, [...points.keys()])
  for (const [key, expected] of points) {
    const got = curves.find((curve) => curve.key === key)?.pointCount ?? 0
    if (got !== expected) report.problems.push(`run ${run.id}: metric "${key}" has ${got} points of ${expected}`)
  }
}

async function countPoints(regia: ImportJob['regia'], run: string, keys: readonly string[]) {
  const curves = []
  for (const some of chunks(keys, 50)) {
    curves.push(...(await regia.tracking.chart({ runs: [run], keys: [...some], points: 10 })).curves)
  }
  return { curves }
}

const isoOf = (ms: number): string => new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString()

function* chunks<Item>(items: readonly Item[], size: number): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
