import { pipelineGraphSchema, RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { command, dataset, folder, json, model, notebook, pipeline, table, z } from './index.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof RegiaError ? error.toBody() : error
  }
}
const here = expect.stringMatching(/programs\.test\.ts:\d+$/)

describe('programs of other languages', () => {
  it('become steps with their arguments, files and ports', () => {
    const train = command({
      name: 'train',
      in: { rows: table(), trees: z.number().default(10) },
      out: { model: model(), metrics: json(z.object({ auc: z.number() })), pages: folder() },
      cmd: ['python3', 'train.py', '{in.rows}', '{in.trees}', '{out.model}', '{out.metrics}', '{out.pages}'],
      files: ['*.py'],
      retries: 1,
    })
    const report = notebook({ name: 'report', path: 'a/report.ipynb', in: { model: model() }, python: 'python3.12' })
    const { graph, steps } = pipeline('p', {}, () => report({ model: train({ rows: dataset('d') }).model }))
    expect(graph.steps).toMatchObject([
      {
        id: 'train',
        kind: 'command',
        retries: 1,
        command: {
          argv: ['python3', 'train.py', '{in.rows}', '{in.trees}', '{out.model}', '{out.metrics}', '{out.pages}'],
          files: ['*.py'],
        },
        outputs: { model: { kind: 'model' }, metrics: { kind: 'value' }, pages: { kind: 'folder' } },
      },
      {
        id: 'report',
        kind: 'notebook',
        command: { argv: ['python3.12'], files: ['a/report.ipynb'], notebook: 'a/report.ipynb' },
        outputs: {
          notebook: { kind: 'file', mediaType: 'application/x-ipynb+json' },
          html: { kind: 'file', mediaType: 'text/html' },
        },
      },
    ])
    expect(steps.size).toBe(0)
    const draft = {
      ...graph,
      steps: graph.steps.map(({ command: _, ...each }) => ({ ...each, codeDigest: `sha256:${'0'.repeat(64)}` })),
    }
    expect(pipelineGraphSchema.safeParse(draft).error).toBeUndefined()
  })

  it('are refused with the line when they are wrong', () => {
    const wrong = ['{in.rows}'] as never
    expect(errorOf(() => command({ name: 'c', cmd: wrong }))).toMatchObject({ code: 'PIPELINE_INVALID', where: here })
    expect(errorOf(() => command({ name: 'c', cmd: [] }))).toMatchObject({ where: here })
    expect(errorOf(() => notebook({ name: 'n', path: 'a.py' }))).toMatchObject({ where: here })
    expect(errorOf(() => notebook({ name: 'n', path: 'a.ipynb', out: { html: table() } }))).toMatchObject({
      where: here,
    })
  })
})
