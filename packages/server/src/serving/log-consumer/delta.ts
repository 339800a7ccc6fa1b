import type { Sketch, Sketcher } from '@regia/core'
import type { LogPosition, ShadowRecord } from '../prediction-log/index.ts'
import type { WatermarkState } from './watermark.ts'

export const HOUR_MS = 3_600_000

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

/** A label joined with its prediction. */
export type JoinedLabel = {
  readonly predictionId: string
  readonly version: number
  readonly label: string
  readonly isPositive: boolean | undefined
  readonly score: number
  readonly eventAt: number
  /** Of the label in the log. */
  readonly place: number
}

type VersionDelta = { predictionCount: number; readonly sketches: Map<number, Sketch> }

/** What was counted since the last commit; it becomes durable together with the position up to which it goes. */
export class Delta {
  readonly versions = new Map<number, VersionDelta>()
  /** The last label of each prediction. */
  readonly labels = new Map<string, JoinedLabel>()
  readonly shadows: ShadowRecord[] = []
  position: LogPosition | undefined
  watermark: WatermarkState | undefined

  get isEmpty(): boolean {
    return this.position === undefined
  }

  countPrediction(version: number): VersionDelta {
    const delta = this.versions.get(version) ?? { predictionCount: 0, sketches: new Map() }
    this.versions.set(version, delta)
    delta.predictionCount++
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
