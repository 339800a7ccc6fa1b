import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Sketch, Sketcher, SketchJson } from '@regia/core'
import type { EndpointLog, LogPosition } from '../prediction-log/index.ts'
import type { CountStore } from './count-store.ts'
import { hourOf } from './delta.ts'

/** The newest ones; who wants older hours has waited long with taking a reference. */
const MAX_PREDICTIONS = 500_000
const ROWS_A_TURN = 500

/**
 * The sketches of a version on another reference, by hour: of its newest predictions before a position, and of all labels that are kept.
 *
 * @param sketcher - On the reference that counts from now on.
 */
export async function recountVersion(
  { log, store }: { readonly log: EndpointLog; readonly store: CountStore },
  before: LogPosition | undefined,
  version: number,
  sketcher: Sketcher,
): Promise<ReadonlyMap<number, SketchJson>> {
  const sketches = new Map<number, Sketch>()
  let count = 0
  for (const { record } of log.predictionsBefore(before, { version })) {
    if (record.servedBy !== undefined) continue
    sketcher.add(sketchAt(sketches, record.at, sketcher), record.row, record.score)
    if (++count === MAX_PREDICTIONS) break
    if (count % ROWS_A_TURN === 0) await nextTurn()
  }
  for (const { score, isPositive, eventAt } of await store.labelsOf(log.endpoint, version)) {
    // Of an hour that was not counted a label alone would tell of predictions that are not there.
    const sketch = sketches.get(hourOf(eventAt))
    if (sketch) sketcher.addLabel(sketch, score, isPositive)
  }
  return new Map([...sketches].map(([hour, sketch]) => [hour, sketcher.toJson(sketch)]))
}

function sketchAt(sketches: Map<number, Sketch>, at: number, sketcher: Sketcher): Sketch {
  const hour = hourOf(at)
  const sketch = sketches.get(hour) ?? sketcher.empty()
  sketches.set(hour, sketch)
  return sketch
}
