import type { Benchmark } from '../claim.ts'
import { measureDemo } from './demo.ts'
import { measurePipelines } from './pipelines.ts'
import { measureServing } from './serving.ts'
import { measureStart } from './start.ts'

/** What the first screen of the README promises: the whole loop in minutes, and a server that is light. */
const loop: Benchmark = async (say) => [
  ...(await measureStart(say)),
  ...(await measurePipelines(say)),
  ...(await measureServing(say)),
  ...(await measureDemo(say)),
]

export default loop
