import type { Sketch, Sketcher } from '@regia/core'
import type { LogPosition, PredictionRecord, ShadowRecord } from '../prediction-log/index.ts'
import type { WatermarkState } from './watermark.ts'

export const HOUR_MS = 3_600_000

export const SECOND_MS = 1000

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

/** Which version made a prediction, and when, in milliseconds since 1970. */
export type PredictedBy = {
  readonly version: number
  readonly predictedAt: number
  /** No release counts it. */
  readonly isOutOfRelease: boolean
}

export const predictedBy = (prediction: PredictionRecord): PredictedBy => ({
  version: prediction.version,
  predictedAt: prediction.loggedAt,
  isOutOfRelease: isOutOfRelease(prediction),
})

/** Chosen by hand, answered in place of another version, or by something else than a version. */
const isOutOfRelease = ({ outOfRelease, servedBy }: PredictionRecord): boolean =>
  outOfRelease === true || (servedBy !== undefined && servedBy !== 'cache')

/** A label joined with its prediction. */
export type JoinedLabel = PredictedBy & {
  readonly predictionId: string
  readonly label: string
  /** What was predicted. */
  readonly predicted: string | undefined
  /** When the label came. */
  readonly loggedAt: number
  readonly isPositive: boolean | undefined
  readonly score: number
  readonly eventAt: number
  /** Of the label in the log. */
  readonly place: number
}

/** A reward joined with its prediction. */
export type JoinedReward = PredictedBy & {
  readonly predictionId: string
  readonly reward: number
  /** When the reward came. */
  readonly loggedAt: number
}

type VersionDelta = {
  predictionCount: number
  readonly sketches: Map<number, Sketch>
  /** Predictions that releases count, by the second in which they were made. */
  readonly pulls: Map<number, number>
}

/** What was counted since the last commit; it becomes durable together with the position up to which it goes. */
export class Delta {
  readonly versions = new Map<number, VersionDelta>()
  /** The last label of each prediction. */
  readonly labels = new Map<string, JoinedLabel>()
  /** The first reward of each prediction. */
  readonly rewards = new Map<string, JoinedReward>()
  readonly shadows: ShadowRecord[] = []
  position: LogPosition | undefined
  watermark: WatermarkState | undefined

  get isEmpty(): boolean {
    return this.position === undefined
  }

  countPrediction(prediction: PredictionRecord): VersionDelta {
    const { version, loggedAt } = prediction
    const delta = this.versions.get(version) ?? { predictionCount: 0, sketches: new Map(), pulls: new Map() }
    this.versions.set(version, delta)
    delta.predictionCount++
    const second = Math.floor(loggedAt / SECOND_MS) * SECOND_MS
    if (!isOutOfRelease(prediction)) delta.pulls.set(second, (delta.pulls.get(second) ?? 0) + 1)
    return delta
  }

  static sketchOf(delta: VersionDelta, at: number, sketcher: Sketcher): Sketch {
    const hour = hourOf(at)
    const known = delta.sketches.get(hour)
    if (known) return known
    const sketch = sketcher.empty()
    delta.sketches.set(hour, sketch)
    return sketch
  }
}
