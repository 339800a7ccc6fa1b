import type { Sketch, Sketcher } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import type { CountStore, StoredLabel } from './count-store.ts'
import { type Delta, hourOf, type JoinedLabel, type JoinedReward } from './delta.ts'
import { type OutcomeValues, outcomeValues } from './outcome-values.ts'
import { countOutcomes, type Outcome, type ReleaseCounters } from './release-outcomes.ts'
import type { VersionFacts } from './version-facts.ts'

type Facts = ReadonlyMap<number, VersionFacts | undefined>
/** Sketches to add to those of the store, by version and hour. */
type SketchChanges = Map<number, Map<number, Sketch[]>>

/** Adds a delta to the stored counts, in one transaction with the position up to which it goes. */
export function commitDelta(
  { store, counters }: { readonly store: CountStore; readonly counters?: ReleaseCounters | undefined },
  endpoint: string,
  delta: Delta,
  facts: Facts,
): Promise<void> {
  const { position } = delta
  if (!position) return Promise.resolve()
  return store.transaction(async (connection) => {
    const changes: SketchChanges = new Map()
    for (const [version, { sketches }] of delta.versions) {
      for (const [hour, sketch] of sketches) sketchesAt(changes, version, hour).push(sketch)
    }
    const joined = await joinLabels(store, connection, delta, facts, changes)
    await store.putLabels(connection, endpoint, joined.labels)
    const rewards = await newRewards(store, connection, delta)
    await store.putRewards(connection, endpoint, rewards)
    const outcomes = [...joined.outcomes, ...rewards.map((each) => ({ ...each, values: { reward: each.reward } }))]
    if (counters) await countOutcomes(counters, connection, endpoint, delta, outcomes)
    await addSketches(store, connection, endpoint, changes, facts)
    await store.putShadowPairs(connection, endpoint, delta.shadows)
    await addCounts(store, connection, endpoint, delta, joined.newByVersion)
    if (delta.watermark) await store.putWatermark(connection, endpoint, delta.watermark)
    await store.putPosition(connection, endpoint, position)
  })
}

type Joined = {
  readonly labels: readonly JoinedLabel[]
  readonly newByVersion: ReadonlyMap<number, number>
  /** What they say of their predictions, by metric. */
  readonly outcomes: readonly Outcome[]
}

/** A label counts once; another label for the same prediction takes the place of the first. */
async function joinLabels(
  store: CountStore,
  connection: Connection,
  delta: Delta,
  facts: Facts,
  changes: SketchChanges,
): Promise<Joined> {
  const known = await store.findLabels(connection, [...delta.labels.keys()])
  const newByVersion = new Map<number, number>()
  const labels = [...delta.labels.values()].filter((joined) => known.get(joined.predictionId)?.label !== joined.label)
  for (const joined of labels) {
    const before = known.get(joined.predictionId)
    if (!before) newByVersion.set(joined.version, (newByVersion.get(joined.version) ?? 0) + 1)
    const sketcher = facts.get(joined.version)?.reference?.sketcher
    if (sketcher) countLabel(sketcher, changes, joined, before)
  }
  const outcomes = labels.map((label) => outcomeOf(label, facts.get(label.version), known.get(label.predictionId)))
  return { labels, newByVersion, outcomes }
}

function outcomeOf(label: JoinedLabel, facts: VersionFacts | undefined, before: StoredLabel | undefined): Outcome {
  const of = (actual: string): OutcomeValues =>
    facts
      ? outcomeValues(
          facts,
          { score: label.score, ...(label.predicted !== undefined && { label: label.predicted }) },
          actual,
        )
      : {}
  return { ...label, values: of(label.label), ...(before && { before: of(before.label) }) }
}

/** The first reward of a prediction counts, whatever comes after it. */
async function newRewards(store: CountStore, connection: Connection, { rewards }: Delta): Promise<JoinedReward[]> {
  const known = await store.findRewarded(connection, [...rewards.keys()])
  return [...rewards.values()].filter(({ predictionId }) => !known.has(predictionId))
}

function countLabel(
  sketcher: Sketcher,
  changes: SketchChanges,
  { version, eventAt, score, isPositive }: JoinedLabel,
  before: StoredLabel | undefined,
): void {
  const sketches = sketchesAt(changes, version, hourOf(eventAt))
  // The first is this version's predictions of the hour, if any: labels are counted apart, so that a failed commit can be tried again.
  const sketch = sketcher.empty()
  sketches.push(sketch)
  if (before?.isPositive !== undefined) sketcher.removeLabel(sketch, before.score, before.isPositive)
  if (isPositive !== undefined) sketcher.addLabel(sketch, score, isPositive)
}

async function addSketches(
  store: CountStore,
  connection: Connection,
  endpoint: string,
  changes: SketchChanges,
  facts: Facts,
): Promise<void> {
  for (const [version, byHour] of changes) {
    const sketcher = facts.get(version)?.reference?.sketcher
    if (!sketcher) continue
    for (const [hour, sketches] of byHour) {
      const stored = await store.findSketch(connection, endpoint, version, hour)
      const whole = sketcher.merge(stored ? [sketcher.fromJson(stored), ...sketches] : sketches)
      await store.putSketch(connection, endpoint, version, hour, sketcher.toJson(whole))
    }
  }
}

async function addCounts(
  store: CountStore,
  connection: Connection,
  endpoint: string,
  delta: Delta,
  newLabels: ReadonlyMap<number, number>,
): Promise<void> {
  for (const version of new Set([...delta.versions.keys(), ...newLabels.keys()])) {
    const counted = delta.versions.get(version)
    await store.addCounts(connection, endpoint, version, {
      predictions: counted?.predictionCount ?? 0,
      labels: newLabels.get(version) ?? 0,
    })
  }
}

function sketchesAt(changes: SketchChanges, version: number, hour: number): Sketch[] {
  const byHour = changes.get(version) ?? new Map<number, Sketch[]>()
  changes.set(version, byHour)
  const sketches = byHour.get(hour) ?? []
  byHour.set(hour, sketches)
  return sketches
}
