import type { ErrorBody } from '@regia/core'
import { RegiaError } from '@regia/core'
import { Problem } from './problem.tsx'

/** An error that a run or a step kept. */
export function ErrorNote({ error }: { readonly error: ErrorBody }) {
  return <Problem error={RegiaError.fromBody(error)} />
}
