import { type ArtifactFile, encodeNumber, type LoggedMetric, type MetricCurve, TRACKING_LIMITS } from '@regia/core'
import type { ImportJob } from './import-mlflow.ts'
import type { SourceFile, SourceRun } from './import-source.ts'
import { splitTags } from './mlflow-words.ts'

/** On a run that came whole: how it stood at the source. */
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
  const { count, problems } = await sendFiles(job, `run ${run.id}`, source.files(run), (path, bytes) =>
    regia.tracking.writeFile(run.id, path, bytes),
  )
  if (count === 0 && run.artifactUri !== '' && !run.artifactUri.startsWith('mlflow-artifacts:'))
    report.files.elsewhere++
  await regia.tracking.update(run.id, {
    status: run.status,
    ...(run.endMs !== undefined && { finishedAt: isoOf(run.endMs) }),
    ...(note !== undefined && { note }),
  })
  problems.push(...(await differences(job, run, rest, points)))
  report.problems.push(...problems)
  // What differs is tried again the next time.
  if (problems.length === 0) await regia.tracking.log(run.id, { tags: { [COMPLETE]: mark } })
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

/** Sends files one after the other, and looks whether all of each has come. */
export async function sendFiles(
  { report }: ImportJob,
  owner: string,
  files: AsyncIterable<SourceFile>,
  send: (path: string, bytes: ReadableStream<Uint8Array>) => Promise<ArtifactFile>,
): Promise<{ readonly count: number; readonly problems: string[] }> {
  const problems: string[] = []
  let count = 0
  for await (const { path, sizeBytes, open } of files) {
    report.files.found++
    const kept = await send(path, await open())
    if (kept.sizeBytes !== sizeBytes)
      problems.push(`${owner}: file "${path}" has ${kept.sizeBytes} bytes of ${sizeBytes}`)
    report.files.imported++
    report.files.bytes += sizeBytes
    count++
  }
  return { count, problems }
}

/** What is not here as it is there. */
async function differences(
  { regia }: ImportJob,
  run: SourceRun,
  tags: Readonly<Record<string, string>>,
  points: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const here = await regia.tracking.get(run.id)
  const params = Object.keys(run.params).filter((key) => here.params[key] !== run.params[key])
  const otherTags = Object.keys(tags).filter((key) => here.tags[key] !== tags[key])
  const curves = await countPoints(regia, run.id, [...points.keys()])
  const shorter = [...points].flatMap(([key, expected]) => {
    const got = curves.find((curve) => curve.key === key)?.pointCount ?? 0
    return got === expected ? [] : [`metric "${key}" has ${got} points of ${expected}`]
  })
  return [
    ...(params.length > 0 ? [`params ${params.join(', ')} differ`] : []),
    ...(otherTags.length > 0 ? [`tags ${otherTags.join(', ')} differ`] : []),
    ...shorter,
  ].map((difference) => `run ${run.id}: ${difference}`)
}

async function countPoints(
  regia: ImportJob['regia'],
  run: string,
  keys: readonly string[],
): Promise<readonly MetricCurve[]> {
  const curves: MetricCurve[] = []
  for (const some of chunks(keys, 50)) {
    curves.push(...(await regia.tracking.chart({ runs: [run], keys: [...some], points: 10 })).curves)
  }
  return curves
}

const isoOf = (ms: number): string => new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString()

function* chunks<Item>(items: readonly Item[], size: number): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
