import {
  createRng,
  type OptimisationReport,
  type OptimiseModel,
  optimisationText,
  optimiseModelSchema,
} from '@regia/core'
import { optimisePackage } from '@regia/engine'
import { atMost, type Benchmark, type Claim } from '../claim.ts'
import { booster, network, type Subject } from './models.ts'

/** What optimising brings, and where it is refused: each model beside itself before, in one process, in turns. */
const optimise: Benchmark = async (say) => {
  const measure = async (name: string, { opened, heldOut }: Subject, rules: OptimiseModel) => {
    const { data: _, alias: __, ...parsed } = optimiseModelSchema.parse(rules)
    const options = { rules: parsed, heldOut, source: 'made up', rng: createRng('benchmark') }
    const { report } = await optimisePackage(opened, options)
    say(`${name} ${optimisationText(report)}: ${report.pays ? 'pays' : 'refused'}`)
    say(`  ${figuresOf(report)}`)
    return report
  }
  const small = await network([20, 64, 64, 1])
  const middle = await network([64, 512, 512, 1])
  const large = await network([128, 2048, 2048, 1])
  const refused = await measure('20-64-64-1', small, { by: 'int8' })
  await measure('20-64-64-1', small, { by: 'float16' })
  const int8 = await measure('64-512-512-1', middle, { by: 'int8' })
  await measure('64-512-512-1', middle, { by: 'float16' })
  const largeInt8 = await measure('128-2048-2048-1', large, { by: 'int8' })
  const float16 = await measure('128-2048-2048-1', large, { by: 'float16' })
  const grown = await booster()
  const pruned = await measure('600 trees', grown, { by: 'prune' })
  await measure('600 trees', grown, { by: 'prune', keep: 'fewest' })
  return [
    sizeClaim('64-512-512-1 in int8', int8, 0.28),
    sizeClaim('128-2048-2048-1 in int8', largeInt8, 0.27),
    latencyClaim('128-2048-2048-1 in int8', largeInt8, 1, 0.7),
    latencyClaim('128-2048-2048-1 in int8', largeInt8, 32, 0.7),
    sizeClaim('128-2048-2048-1 in float16', float16, 0.52),
    latencyClaim('128-2048-2048-1 in float16', float16, 32, 1.1),
    sizeClaim('600 trees, pruned to the best', pruned, 0.5),
    latencyClaim('600 trees, pruned to the best', pruned, 32, 0.5),
    atMost('20-64-64-1 in int8, which gets slower, is let through', refused.pays ? 1 : 0, 'times', 0),
  ]
}

export default optimise

const sizeClaim = (name: string, { size }: OptimisationReport, limit: number): Claim =>
  atMost(`size of ${name}`, size.after / size.before, '× before', limit)

function latencyClaim(name: string, { latency }: OptimisationReport, batch: number, limit: number): Claim {
  const found = latency.find((each) => each.batch === batch)
  if (!found) throw new Error(`the latency at ${batch} rows was not measured`)
  return atMost(`latency of ${name} at ${batch} rows`, found.ratio.value, '× before', limit)
}

function figuresOf({ size, latency, output, trees }: OptimisationReport): string {
  const speeds = latency.map(
    ({ batch, beforeMs, afterMs }) => `${batch} rows ${micro(beforeMs)} → ${micro(afterMs)} µs`,
  )
  const kept = trees ? [`${trees.before} → ${trees.after} trees`] : []
  const differ = `answers differ by ${output.meanDifference.toPrecision(2)}, at most ${output.maxDifference.toPrecision(2)}`
  return [`${size.before} → ${size.after} bytes`, ...speeds, ...kept, differ].join(', ')
}

const micro = (ms: number): number => Math.round(ms * 1000)
