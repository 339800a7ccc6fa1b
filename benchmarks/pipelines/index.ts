import type { Benchmark } from '../claim.ts'
import { measureChain } from './chain.ts'
import { measureLargeGraph } from './large-graph.ts'
import { measureTrivialSteps } from './trivial-steps.ts'

/** What pipelines cost, alone and beside other tools from PyPI. */
const pipelines: Benchmark = async (say) => [
  ...(await measureTrivialSteps(say)),
  ...(await measureLargeGraph(say)),
  ...(await measureChain(say)),
]

export default pipelines
