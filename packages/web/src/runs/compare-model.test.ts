import { createIdFactory, digestOf, graphStepSchema, type Run, runSchema, toIso } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { generatedGraph } from '../graph/generated-graph.ts'
import { runLines, stepLines } from './compare-model.ts'

const newId = createIdFactory(
  () => 0,
  (count) => new Uint8Array(count),
)

type Made = { readonly code: string; readonly input: string; readonly status?: string; readonly trees: number }

function run({ code, input, status = 'succeeded', trees }: Made): Run {
  const codeFiles = { 'src/train.ts': digestOf(code), 'src/other.ts': digestOf('the same') }
  const step = graphStepSchema.parse({ ...generatedGraph(1).steps[0], codeDigest: digestOf(code), codeFiles })
  const graph = { ...generatedGraph(1), steps: [step] }
  return runSchema.parse({
    id: newId('run'),
    pipeline: 'p',
    pipelineVersion: 1,
    number: 1,
    status,
    params: { trees },
    trigger: { kind: 'person', by: 'anna' },
    onFailure: 'continue',
    stepCount: 1,
    finishedStepCount: 1,
    cachedStepCount: 0,
    metrics: { auc: 0.7 },
    createdAt: toIso(0),
    graph,
    datasets: [],
    steps: [
      {
        id: newId('stepRun'),
        step: step.id,
        status,
        attempts: [],
        inputs: { rows: { kind: 'table', digest: digestOf(input), sizeBytes: 1 } },
        outputs: {},
        startedAt: toIso(0),
        finishedAt: toIso(3000),
      },
    ],
  })
}

describe('two runs side by side', () => {
  it('say which params differ, and which do not', () => {
    const lines = runLines([run({ code: 'a', input: 'x', trees: 4 }), run({ code: 'a', input: 'x', trees: 8 })])
    expect(lines.filter(({ isDifferent }) => isDifferent)).toEqual([
      { name: 'param trees', values: ['4', '8'], isDifferent: true },
    ])
  })
  it('name the files, inputs and outcome of a step that are not the same', () => {
    const before = run({ code: 'a', input: 'x', trees: 4 })
    const after = run({ code: 'b', input: 'y', trees: 4, status: 'failed' })
    expect(stepLines([before, after])).toMatchObject([
      {
        step: 'step-0',
        values: ['succeeded, 3\u00a0s', 'failed, 3\u00a0s'],
        differences: ['code src/train.ts', 'input rows', 'status'],
      },
    ])
    expect(stepLines([before, before])[0]).toMatchObject({ differences: [], isDifferent: false })
  })
})
