import { appendFile, cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackagedVersion, PlanStep, Run } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKOUT, regia, regiaJson, regiaUp, temporaryFolder, type Up } from '../integration/regia-command.ts'

/** The Python team's example, as its README says it: each test goes on from the one before. */
describe('examples/sklearn', { timeout: 180_000 }, () => {
  let project: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string }
  let server: Up | undefined

  beforeAll(async () => {
    project = await temporaryFolder()
    place = { cwd: project.dir }
    await cp(join(CHECKOUT, 'examples/sklearn'), project.dir, {
      recursive: true,
      filter: (path) => !/node_modules|\.regia|\.venv|package\.json$/.test(path.slice(CHECKOUT.length)),
    })
  })
  afterAll(async () => {
    await server?.stop()
    await project.remove()
  })

  it('trains in Python and registers what skl2onnx converted', async () => {
    const { code, stdout, stderr } = await regia(place, 'run', 'wine')
    expect(code, stdout + stderr).toBe(0)
    const { package: packed, report } = await regiaJson<PackagedVersion>(place, 'models', 'show', 'wine@champion')
    expect(packed).toMatchObject({
      signature: { task: 'multiclass', target: 'cultivar' },
      learner: { name: 'skl2onnx' },
      parity: { rowCount: 50 },
    })
    expect(packed.signature.inputs).toHaveLength(13)
    expect(packed.signature.classes).toHaveLength(3)
    expect(packed.parity.maxError).toBeLessThan(1e-5)
    expect(report?.passed).toBe(true)
  })

  it('answers plain rows at an endpoint', async () => {
    server = await regiaUp(place)
    expect((await regia(place, 'apply')).stdout).toContain('Applied')
    const { package: packed } = await regiaJson<PackagedVersion>(place, 'models', 'show', 'wine@champion')
    const reply = await fetch(`${server.url}/api/v1/endpoints/wine/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: packed.example.rows }),
    })
    const { predictions }: { predictions: { probabilities: Record<string, number> }[] } = await reply.json()
    expect(predictions).toHaveLength(packed.example.rows.length)
    for (const [row, { probabilities }] of predictions.entries()) {
      for (const [k, name] of packed.signature.classes!.entries()) {
        expect(probabilities[name]).toBeCloseTo(packed.example.probabilities![row]![k]!, 5)
      }
    }
  })

  it('does nothing again until a program changes, and names the program', async () => {
    const again = await regiaJson<Run>(place, 'run', 'wine')
    expect(again.steps.filter(({ status }) => status === 'succeeded').map(({ step }) => step)).toEqual([])
    await appendFile(join(project.dir, 'programs/train.py'), '\n# a word\n')
    const { steps } = await regiaJson<{ steps: PlanStep[] }>(place, 'plan', 'wine')
    const actions = Object.fromEntries(steps.map(({ step, action }) => [step, action]))
    expect(actions).toMatchObject({ load: 'cached', split: 'cached', train: 'run' })
    const parts = steps.find(({ step }) => step === 'train')!.changed.map(({ part }) => part)
    expect(parts.join()).toContain('programs/train.py')
    const { stdout } = await regia(place, 'plan', 'wine')
    expect(stdout).toContain('programs/train.py')
  })
})
