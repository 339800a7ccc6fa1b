import type { Predictions } from '@regia/engine'
import { type Answer, type PredictCall, withRows } from './answer.ts'
import type { Deployment } from './deployment.ts'
import type { RoutedRows } from './traffic-routes.ts'

type Part = { readonly places: readonly number[]; readonly answer: Answer }

/** One call for each version that answers rows of a request; the request itself is answered when all have, in the order of its rows. */
export function partsOf(
  call: PredictCall,
  routed: readonly RoutedRows[],
  stable: Deployment,
): readonly { readonly deployment: Deployment; readonly call: PredictCall }[] {
  const parts: Part[] = []
  let hasFailed = false
  const fail = (error: unknown): void => {
    if (hasFailed) return
    hasFailed = true
    call.fail(error)
  }
  return routed.map(({ deployment, places }) => ({
    deployment,
    call: {
      ...withRows(
        call,
        places.map((place) => call.rows[place]!),
      ),
      done: (answer) => {
        parts.push({ places, answer })
        if (!hasFailed && parts.length === routed.length) call.done(joinParts(parts, call.rows.length, stable))
      },
      fail,
    },
  }))
}

/** Versions that share the traffic have the same classes in the same order, so that rows of several fit into one answer. */
function joinParts(parts: readonly Part[], count: number, stable: Deployment): Answer {
  const ids = new Array<string>(count)
  const versions = new Array<number>(count)
  const first = parts[0]!.answer
  const joined = emptyLike(first.predictions, count, stable.signature.classes?.length ?? 0)
  for (const { places, answer } of parts) {
    for (const [i, place] of places.entries()) {
      ids[place] = answer.ids[answer.from + i]!
      versions[place] = answer.versions?.[answer.from + i] ?? answer.served.version
      copyRow(answer.predictions, answer.from + i, joined, place)
    }
  }
  const isOne = versions.every((version) => version === first.served.version)
  const whole = { predictions: joined, from: 0, count, ids }
  return isOne ? { served: first.served, ...whole } : { served: stable, ...whole, versions }
}

const emptyLike = ({ classes, probabilities }: Predictions, rowCount: number, classCount: number): Predictions => ({
  rowCount,
  scores: new Float32Array(rowCount),
  ...(probabilities && { probabilities: new Float32Array(rowCount * classCount) }),
  ...(classes && { classes: new Int32Array(rowCount) }),
})

function copyRow(from: Predictions, row: number, to: Predictions, place: number): void {
  to.scores[place] = from.scores[row]!
  if (from.classes && to.classes) to.classes[place] = from.classes[row]!
  if (!from.probabilities || !to.probabilities) return
  const width = to.probabilities.length / to.rowCount
  to.probabilities.set(from.probabilities.subarray(row * width, (row + 1) * width), place * width)
}
