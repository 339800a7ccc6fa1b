/** One line of a benchmark: what we claim, what was measured, beside whom. `ratio` is value / peerValue; `met` says whether the goal was reached. */
export type Claim = {
  readonly claim: string
  readonly value: number
  readonly unit: string
  /** What it is compared with in the same run; null where there is nothing to compare with. */
  readonly peer: string | null
  readonly peerValue: number | null
  readonly ratio: number | null
  readonly goal: string
  readonly met: boolean
}

/** A subject's benchmark. It measures for real, each time, and says what it does on standard error. */
export type Benchmark = (say: (text: string) => void) => Promise<readonly Claim[]>

/** A claim without a peer: met when the value is at most the limit. */
export const atMost = (claim: string, value: number, unit: string, limit: number): Claim => ({
  claim,
  value: rounded(value),
  unit,
  peer: null,
  peerValue: null,
  ratio: null,
  goal: `≤ ${limit} ${unit}`,
  met: value <= limit,
})

/** A claim beside a peer: met when value / peerValue is at most the limit. */
export const ratioAtMost = (
  claim: string,
  value: number,
  unit: string,
  peer: string,
  peerValue: number,
  limit: number,
): Claim => ({
  claim,
  value: rounded(value),
  unit,
  peer,
  peerValue: rounded(peerValue),
  ratio: rounded(value / peerValue),
  goal: `≤ ${limit} × ${peer}`,
  met: value / peerValue <= limit,
})

/** What could not be measured here is said, and is not met. */
export const notMeasured = (claim: string, unit: string, peer: string | null, goal: string, why: string): Claim => ({
  claim: `${claim} (not measured: ${why})`,
  value: 0,
  unit,
  peer,
  peerValue: null,
  ratio: null,
  goal,
  met: false,
})

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const rounded = (value: number) => Number(value.toPrecision(4))
