import { createRng, tabularModelFromJson } from '@regia/core'
import { writeModelPackage } from '@regia/engine'
import { describe, expect, it } from 'vitest'
import {
  defineStepType,
  defineTransform,
  floatColumn,
  getNumericColumn,
  logisticRegression,
  makeTable,
  step,
  stringColumn,
  table,
  tableHandle,
  tabularModel,
  withoutColumns,
  z,
} from '../index.ts'

const shape = z.strictObject({ column: z.string(), maximum: z.number() })

/** Cuts a number off above a maximum; `wrong` lets the graph compute something else than training does. */
const clipKind = (wrong = 0) =>
  defineTransform({
    kind: 'clip',
    title: 'Cut off above a maximum',
    params: shape,
    state: shape,
    inputs: ({ column }) => [column],
    fit: (_table, params) => params,
    fitted: ({ column, maximum }) => ({
      inputs: [column],
      outputs: [column],
      apply: (rows) => {
        const { values } = getNumericColumn(rows, column)
        return [floatColumn(Array.from(values, (x) => Math.fround(Math.min(x, Math.fround(maximum)))))]
      },
      toOnnx: (graph, [input]) => [
        { type: 'number', value: graph.node('Min', [input!.value, graph.floats(maximum + wrong)]) },
      ],
    }),
  })

const rows = makeTable({
  x: floatColumn(Array.from({ length: 60 }, (_, i) => i / 6)),
  y: stringColumn(Array.from({ length: 60 }, (_, i) => (i % 7 < i / 8 ? 'yes' : 'no'))),
})

const trained = (clip: ReturnType<typeof clipKind>) =>
  tabularModel({ transforms: [clip({ column: 'x', maximum: 5 })], learner: logisticRegression() }).fit(rows, {
    target: 'y',
    rng: createRng('clip'),
  })

describe('defineTransform', () => {
  it('computes the same in training, from JSON and in the graph that serves', async () => {
    const clip = clipKind()
    const fitted = trained(clip)
    const { probabilities } = fitted.predict(rows)
    // Above the maximum all rows are alike.
    expect(new Set(Array.from(probabilities[1]!.slice(30))).size).toBe(1)
    expect(new Set(Array.from(probabilities[1]!.slice(0, 30))).size).toBe(30)
    const { manifest } = await writeModelPackage({ fitted, train: rows })
    expect(manifest.parity.rowCount).toBe(60)
    expect(manifest.parity.maxError).toBeLessThan(1e-6)
    const again = tabularModelFromJson(JSON.parse(JSON.stringify(fitted.toJson())), [clip])
    expect(again.predict(rows)).toEqual(fitted.predict(rows))
    expect(() => tabularModelFromJson(fitted.toJson())).toThrow('There is no transform "clip"')
  })

  it('is found out by parity where its graph computes something else', async () => {
    const { manifest } = await writeModelPackage({ fitted: trained(clipKind(1)), train: rows })
    expect(manifest.parity.maxError).toBeGreaterThan(1e-3)
  })

  it('names the parameter that is wrong', () => {
    expect(() => clipKind()({ column: 'x', maximum: Number.NaN })).toThrow('A parameter of clip is wrong')
  })
})

describe('defineStepType', () => {
  const dropColumn = defineStepType({
    name: 'drop-column',
    settings: z.strictObject({ column: z.string().min(1) }),
    make: ({ column }) =>
      step({
        name: `drop-${column}`,
        in: { rows: table() },
        out: { rows: table() },
        run: async ({ rows }) => ({ rows: withoutColumns(await rows.read(), [column]) }),
      }),
  })

  it('makes a step of settings, with its own types', async () => {
    const drop = dropColumn({ column: 'x' })
    const made = await drop.run({ rows: tableHandle(rows) })
    expect(made.rows.columns.map(({ name }) => name)).toEqual(['y'])
  })

  it('names its type and the setting that is wrong', () => {
    expect(() => dropColumn({ column: '' })).toThrow(/settings of the step type "drop-column" are wrong: column/)
  })
})
