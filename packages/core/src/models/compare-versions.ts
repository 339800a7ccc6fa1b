import { METRICS, type Report } from '../evaluation/index.ts'
import { canonicalJson } from '../kernel/index.ts'
import type { ModelVersion } from './model.ts'
import type { ModelComparison } from './registry.ts'

type Pair = ModelComparison['params'][number]
type Facts = Readonly<Record<string, unknown>>

/** What is known beside the versions themselves. */
export type MeasuredSpeed = { readonly before?: number | undefined; readonly after?: number | undefined }

/**
 * Two versions of a model side by side: what is in both or either, what differs first, then by name.
 *
 * @param speed - The median request of each in milliseconds, where it was measured.
 * @returns Values absent on a side that lacks them.
 * @example compareVersions(champion, challenger).metrics[0] // { name: 'auc', before: 0.71, after: 0.74, direction: 'higher' }
 */
export function compareVersions(before: ModelVersion, after: ModelVersion, speed: MeasuredSpeed = {}): ModelComparison {
  const pairsOf = (facts: (version: ModelVersion) => Facts): Pair[] => pair(facts(before), facts(after))
  return {
    model: before.model,
    before: before.version,
    after: after.version,
    metrics: differentFirst(metricPairs(metricsOf(before), metricsOf(after))),
    checks: differentFirst(checkPairs(before.report, after.report)),
    params: pairsOf(paramsOf),
    data: pairsOf(dataOf),
    code: pairsOf(codeOf),
    signature: pairsOf(signatureOf),
    size: pair(
      { ...sizeOf(before), 'median request in ms': speed.before },
      { ...sizeOf(after), 'median request in ms': speed.after },
    ),
  }
}

/** Of the evaluation; where there was none, what the training said. */
const metricsOf = ({ report, package: manifest }: ModelVersion): Readonly<Record<string, number>> =>
  report
    ? Object.fromEntries(Object.entries(report.metrics).map(([name, { value }]) => [name, value]))
    : (manifest?.metrics ?? {})

function metricPairs(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  return namesOf(before, after).map((name) => {
    const direction = METRICS.find((metric) => metric.name === name)?.direction
    return { name, ...sides(before[name], after[name]), ...(direction && { direction }) }
  })
}

function checkPairs(before: Report | undefined, after: Report | undefined) {
  const statuses = (report: Report | undefined) =>
    Object.fromEntries((report?.checks ?? []).map(({ name, status, message }) => [name, `${status}: ${message}`]))
  const [was, is] = [statuses(before), statuses(after)]
  return namesOf(was, is).map((name) => ({ name, ...sides(was[name], is[name]) }))
}

const paramsOf = ({ package: manifest, lineage }: ModelVersion): Facts => ({
  ...(manifest && { learner: manifest.learner.name, ...manifest.learner.params }),
  ...Object.fromEntries(Object.entries(lineage.params).map(([name, value]) => [`run: ${name}`, value])),
})

const dataOf = ({ lineage, package: manifest, report }: ModelVersion): Facts => ({
  ...Object.fromEntries(lineage.datasets.map(({ name, version }) => [`dataset ${name}`, version])),
  ...Object.fromEntries(Object.entries(lineage.artifacts).map(([name, digest]) => [`artifact ${name}`, digest])),
  'trained from': manifest?.trainedOn?.from,
  'trained until': manifest?.trainedOn?.until,
  'rows tested on': report?.rowCount,
})

const codeOf = ({ lineage, runId, source }: ModelVersion): Facts => ({
  'code digest': lineage.codeDigest,
  pipeline: lineage.pipeline && `${lineage.pipeline.name} version ${lineage.pipeline.version}`,
  run: lineage.runId ?? runId,
  source,
})

function signatureOf({ package: manifest }: ModelVersion): Facts {
  if (!manifest) return {}
  const { inputs, task, target, classes, positive } = manifest.signature
  return {
    ...Object.fromEntries(inputs.map(({ name, type, nullable }) => [`input ${name}`, nullable ? `${type}?` : type])),
    task,
    target,
    classes: classes?.join(', '),
    positive,
  }
}

const sizeOf = ({ package: manifest }: ModelVersion): Facts => ({
  'bytes of the graph': manifest?.graphSizeBytes,
  inputs: manifest?.signature.inputs.length,
})

const pair = (before: Facts, after: Facts): Pair[] =>
  differentFirst(
    namesOf(before, after)
      .map((name) => ({ name, ...sides(before[name], after[name]) }))
      .filter((each) => 'before' in each || 'after' in each),
  )

const sides = <Value>(before: Value | undefined, after: Value | undefined) => ({
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
})

const namesOf = (before: object, after: object): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort((a, b) => (a < b ? -1 : 1))

const isSame = ({ before, after }: { readonly before?: unknown; readonly after?: unknown }): boolean =>
  canonicalJson(before ?? null) === canonicalJson(after ?? null)

const differentFirst = <Each extends { readonly before?: unknown; readonly after?: unknown }>(
  pairs: Each[],
): Each[] => [...pairs.filter((each) => !isSame(each)), ...pairs.filter(isSame)]
