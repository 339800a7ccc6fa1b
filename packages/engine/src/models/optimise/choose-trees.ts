import {
  averagesTrees,
  compareOutcomes,
  computeMetric,
  encodeModel,
  getMetric,
  keepTrees,
  type Metric,
  mayNeedRescaling,
  type OnnxModel,
  type OptimisationReport,
  type Outcome,
  RegiaError,
  type Rng,
  roundCount,
  type TreeScaling,
} from '@regia/core'

export type ChooseTreesOptions = {
  /** Lets a graph answer the rows on which is chosen. */
  readonly answer: (graph: Uint8Array) => Promise<Outcome>
  readonly metric: Metric
  /** How much worse the metric may be at the far end of its interval; counts for `fewest`. */
  readonly allowedLoss: number
  readonly keep?: 'best' | 'fewest' | undefined
  readonly rng: Rng
  readonly onProgress: (fraction: number, message: string) => void
}

type Trees = NonNullable<OptimisationReport['trees']>

export type ChosenTrees = { readonly model: OnnxModel; readonly rounds: number } & Pick<
  Trees,
  'scaling' | 'keep' | 'curve'
>

/** Points of the curve in a first pass, and in each narrower one. */
const POINTS = 16
const PASSES = 3

/**
 * How many trees to keep, by what held-out rows lose: up to the point where the loss is least, or the fewest whose metric is within what
 * may be lost. The rows are then used up: judge the result on others.
 *
 * Whether what is left of a sum must count for more, as in a forest whose leaves are divided by the number of trees, is not written in a
 * graph; the rows tell, by which of the two loses less with half of the trees.
 *
 * @throws RegiaError `MODEL_INVALID` without trees that can be left out.
 */
export async function chooseTrees(model: OnnxModel, options: ChooseTreesOptions): Promise<ChosenTrees> {
  const rounds = roundCount(model)
  if (rounds < 2) throw nothingToPrune(rounds)
  const whole = await options.answer(encodeModel(model))
  const scaling = await chooseScaling(model, rounds, options)
  const keep = options.keep ?? (scaling === 'rescaled' || averagesTrees(model) ? 'fewest' : 'best')
  const losses = new Map<number, number>([[rounds, lossOf(whole)]])
  const isWithin = new Map<number, boolean>([[rounds, true]])
  const look = async (count: number): Promise<void> => {
    if (losses.has(count)) return
    const outcome = await outcomeOfFirst(model, count, scaling, options)
    losses.set(count, outcome ? lossOf(outcome) : Number.POSITIVE_INFINITY)
    isWithin.set(count, outcome !== undefined && keep === 'fewest' && isGoodEnough(outcome, whole, count, options))
  }
  let [from, until] = [1, rounds]
  for (let pass = 0; pass < PASSES; pass++) {
    const points = spread(from, until)
    for (const [i, point] of points.entries()) {
      options.onProgress((pass + i / points.length) / PASSES, `${point} of ${rounds} rounds of trees`)
      await look(point)
    }
    const best = keep === 'best' ? least(losses) : fewest(isWithin)
    const known = [...losses.keys()].sort((a, b) => a - b)
    const place = known.indexOf(best)
    from = known[place - 1] ?? best
    until = keep === 'best' ? (known[place + 1] ?? best) : best
  }
  const chosen = keep === 'best' ? least(losses) : fewest(isWithin)
  const curve = [...losses]
    .filter(([, loss]) => Number.isFinite(loss))
    .map(([count, loss]) => ({ rounds: count, loss }))
  const kept = chosen === rounds ? model : keepTrees(model, chosen, scaling)
  if (!kept) throw new Error('unreachable: what was chosen was looked at')
  return { model: kept, rounds: chosen, scaling, keep, curve: curve.sort((a, b) => a.rounds - b.rounds) }
}

async function chooseScaling(model: OnnxModel, rounds: number, options: ChooseTreesOptions): Promise<TreeScaling> {
  if (!mayNeedRescaling(model)) return 'as-is'
  const half = Math.ceil(rounds / 2)
  const asIs = await outcomeOfFirst(model, half, 'as-is', options)
  const rescaled = await outcomeOfFirst(model, half, 'rescaled', options)
  return asIs && rescaled && lossOf(rescaled) < lossOf(asIs) ? 'rescaled' : 'as-is'
}

async function outcomeOfFirst(
  model: OnnxModel,
  rounds: number,
  scaling: TreeScaling,
  { answer }: ChooseTreesOptions,
): Promise<Outcome | undefined> {
  const kept = keepTrees(model, rounds, scaling)
  return kept && answer(encodeModel(kept))
}

/** Proper losses, which a probability that is too sure raises too; a ranking would not see it. */
const lossOf = (outcome: Outcome): number => {
  const loss = computeMetric(getMetric(outcome.task === 'classification' ? 'logLoss' : 'rmse'), outcome)
  return Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss
}

function isGoodEnough(outcome: Outcome, whole: Outcome, count: number, options: ChooseTreesOptions): boolean {
  const { metric, allowedLoss, rng } = options
  const advantage = compareOutcomes(metric, outcome, whole, { rng: rng.fork(`rounds ${count}`) })
  return advantage !== undefined && (advantage.interval?.lower ?? advantage.value) >= -allowedLoss
}

/** Whole numbers from `from` to `until`, evenly spread, the ends among them. */
function spread(from: number, until: number): number[] {
  const count = Math.min(POINTS, until - from + 1)
  const step = count > 1 ? (until - from) / (count - 1) : 0
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round(from + i * step)))]
}

/** The fewest rounds with the least loss. */
const least = (losses: ReadonlyMap<number, number>): number =>
  [...losses].reduce((best, each) => (each[1] < best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))[0]

const fewest = (isWithin: ReadonlyMap<number, boolean>): number =>
  Math.min(...[...isWithin].flatMap(([rounds, isGood]) => (isGood ? [rounds] : [])))

const nothingToPrune = (rounds: number): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    rounds === 0
      ? 'The graph cannot be pruned: it has no tree ensemble that adds or averages its trees.'
      : 'The graph cannot be pruned: its ensemble has a single round of trees.',
    { hint: 'Dense layers are made smaller by "int8" and "float16".' },
  )
