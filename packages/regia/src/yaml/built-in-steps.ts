import type { JsonObject } from '@regia/core'
import {
  getLearnerKind,
  getTransformKind,
  shuffled,
  type Transform,
  type TransformKind,
  tabularModel,
  takeRows,
} from '@regia/core'
import { z } from 'zod'
import { packageModel } from '../authoring/package-model.ts'
import { model, table } from '../authoring/ports.ts'
import { score } from '../authoring/score.ts'
import { step } from '../authoring/step.ts'
import type { StepDocument } from './document.ts'

/** One SELECT over any number of tables. */
export const sqlStep = (name: string, { sql: text }: StepDocument<'sql'>, tables: readonly string[]) =>
  step({
    name,
    in: Object.fromEntries(tables.map((input) => [input, table()])),
    out: { rows: table() },
    run: async (given, { sql }) => ({ rows: await sql(text, { tables: given }) }),
  })

/** Two tables of one. At random each row has its own draw, so that the same rows fall out the same way each time. */
export const splitStep = (name: string, { split: { test, by } }: StepDocument<'split'>) =>
  step({
    name,
    in: { rows: table() },
    out: { train: table(), test: table() },
    run: async ({ rows }, { sql, rng }) => {
      const testCount = Math.max(1, Math.round(rows.rowCount * test))
      const trainCount = rows.rowCount - testCount
      if (by !== undefined) {
        const ordered = `SELECT *, row_number() OVER (ORDER BY ${quoted(by)}) AS _place FROM rows`
        const part = (where: string) =>
          sql(`SELECT * EXCLUDE (_place) FROM (${ordered}) WHERE ${where} ORDER BY _place`, { tables: { rows } })
        return { train: await part(`_place <= ${trainCount}`), test: await part(`_place > ${trainCount}`) }
      }
      const whole = await rows.read()
      const order = shuffled(
        Array.from({ length: rows.rowCount }, (_, row) => row),
        rng,
      )
      return { train: takeRows(whole, order.slice(testCount)), test: takeRows(whole, order.slice(0, testCount)) }
    },
  })

/** A model over a table of any size. */
export const scoreStep = (name: string, { score: { key, columns, onBadRow, cpu } }: StepDocument<'score'>) =>
  score({
    name,
    ...(key !== undefined && { key }),
    ...(columns && { columns }),
    ...(onBadRow && { onBadRow }),
    ...(cpu !== undefined && { resources: { cpu } }),
  })

/** Transforms and a learner by their names, fitted and packaged. Inputs beside `train` are settings that a run decides. */
export const learnerStep = (
  name: string,
  document: StepDocument<'learner'>,
  settings: readonly string[],
  ownTransforms: readonly TransformKind[] = [],
) =>
  step({
    name,
    in: { train: table(), ...Object.fromEntries(settings.map((input) => [input, z.json()])) },
    out: { model: model() },
    run: async ({ train, ...given }, ctx) => {
      const { learner, target, positive, transforms } = document
      const rows = await train.read()
      const fitted = tabularModel({
        transforms: transforms.map((each) => transformOf(each, ownTransforms)),
        learner: getLearnerKind(learner).create({ ...document.settings, ...given }),
      }).fit(rows, {
        target,
        rng: ctx.rng,
        onProgress: ctx.progress,
        ...(positive !== undefined && { positive }),
      })
      return { model: packageModel(fitted, { train: rows }) }
    },
  })

/** `{ ordinal: [island] }` and `{ ordinal: { columns: [island], order: target } }` are one transform each. */
export function transformOf(
  document: StepDocument<'learner'>['transforms'][number],
  own: readonly TransformKind[] = [],
): Transform {
  const [[kind, given] = ['', null], ...others] = Object.entries(document)
  if (others.length > 0) return getTransformKind(Object.keys(document).join(', '), own).create(given)
  const settings: unknown = Array.isArray(given) ? { columns: given } : given
  return getTransformKind(kind, own).create(settings satisfies unknown as JsonObject)
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
