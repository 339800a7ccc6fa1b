import type { StepManifest, StepResult } from '@regia/core'
import type { StepData } from './step-data.ts'
import type { StepContext } from './step-definition.ts'

export async function runGate(
  manifest: StepManifest,
  _context: StepContext,
  _data: StepData,
): Promise<Extract<StepResult, { readonly status: 'succeeded' }>['outputs']> {
  throw new Error(`unreachable: ${manifest.step}`)
}
