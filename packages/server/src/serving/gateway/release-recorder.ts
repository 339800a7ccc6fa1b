import { type ArmFigures, addArmFigures, addRequest, addScore, emptyArmFigures } from '@regia/core'
import { UnitSample } from './unit-sample.ts'

/** When a version is cut off at once, without waiting for the next look at its figures. */
export type ReleaseGuard = { readonly consecutiveFailures: number; readonly invalidAnswers: number }

export type ReleaseRecorderOptions = {
  /** The release's id. */
  readonly id: string
  readonly stableVersion: number
  /** Inner edges of the score bins; those of probabilities where absent. */
  readonly scoreEdges?: readonly number[] | undefined
  readonly guard: ReleaseGuard
  /** Told at once, in the turn of the event loop in which it happened. */
  readonly onTripped: (version: number) => void
}

type Counted = { figures: ArmFigures; invalidCount: number; hasTripped: boolean }

/** Counts what the versions of a running release do. Whoever keeps the figures takes them from time to time. */
export class ReleaseRecorder {
  readonly id: string
  readonly #options: ReleaseRecorderOptions
  readonly #byVersion = new Map<number, Counted>()
  #units: UnitSample

  constructor(options: ReleaseRecorderOptions) {
    this.id = options.id
    this.#options = options
    this.#units = new UnitSample(options.id)
  }

  /** A version was asked about an entity, whatever comes of it. */
  assigned(unit: string, version: number): void {
    this.#units.add(unit, version)
  }

  /** Entities that move to another version say nothing about the shares any more. */
  sharesChanged(): void {
    this.#units = new UnitSample(this.id)
  }

  /** Different entities by version, or a sample of them, since the shares are what they are. Empty where nothing is sticky. */
  assignedUnits(): ReadonlyMap<number, number> {
    return this.#units.counts()
  }

  /** A request was answered, with the scores at `from` to `from + count`. */
  answered(version: number, latencyMs: number, scores: Float32Array, from: number, count: number): void {
    const { figures } = this.#of(version)
    addRequest(figures, { isError: false, latencyMs })
    for (let i = from; i < from + count; i++) addScore(figures, scores[i]!)
  }

  /** A request failed through the fault of the version. */
  failed(version: number, failure: { readonly latencyMs: number; readonly isInvalid: boolean }): void {
    const counted = this.#of(version)
    addRequest(counted.figures, { isError: true, latencyMs: failure.latencyMs })
    if (failure.isInvalid) {
      counted.figures.invalidCount++
      counted.invalidCount++
    }
    const { guard, stableVersion, onTripped } = this.#options
    const isOver =
      counted.figures.errorStreak >= guard.consecutiveFailures || counted.invalidCount > guard.invalidAnswers
    if (!isOver || counted.hasTripped || version === stableVersion) return
    counted.hasTripped = true
    onTripped(version)
  }

  /** What was counted since the last call; from then on it counts anew, but a streak of failures goes on. */
  take(): ReadonlyMap<number, ArmFigures> {
    const taken = new Map<number, ArmFigures>()
    for (const [version, counted] of this.#byVersion) {
      const { figures } = counted
      if (figures.requestCount === 0) continue
      taken.set(version, figures)
      counted.figures = { ...this.#empty(), errorStreak: figures.errorStreak }
    }
    return taken
  }

  /** Takes figures back that could not be kept. */
  giveBack(figures: ReadonlyMap<number, ArmFigures>): void {
    for (const [version, each] of figures) addArmFigures(this.#of(version).figures, each)
  }

  #of(version: number): Counted {
    const known = this.#byVersion.get(version)
    if (known) return known
    const counted: Counted = { figures: this.#empty(), invalidCount: 0, hasTripped: false }
    this.#byVersion.set(version, counted)
    return counted
  }

  #empty(): ArmFigures {
    return emptyArmFigures(this.#options.scoreEdges)
  }
}
