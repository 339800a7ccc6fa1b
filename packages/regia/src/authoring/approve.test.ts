import { describe, expect, it } from 'vitest'
import { runPipeline } from '../testing/index.ts'
import { approve, equals, pipeline, step, table, when, z } from './index.ts'

const make = step({
  name: 'make',
  in: { n: z.number() },
  out: { rows: table(), n: z.number() },
  run: ({ n }) => ({ rows: [{ n }], n }),
})
const say = step({
  name: 'say',
  in: { text: z.string() },
  out: { said: z.string() },
  run: ({ text }) => ({ said: text }),
})

const asking = pipeline('asking', { n: z.number().default(1) }, (p) => {
  const made = make({ n: p.n })
  const { approved, comment } = approve('Publish it?', { show: { rows: made.rows, n: made.n, limit: p.n } })
  const { said } = when(
    approved,
    () => say({ text: comment }),
    () => say({ text: 'no' }),
  )
  when(equals(said, 'no'), () => make({ n: 7 }))
})

describe('an approval', { timeout: 60_000 }, () => {
  it.each([
    [true, 'Looks fine', { say: 'succeeded', 'say-2': 'skipped', 'make-2': 'skipped' }],
    [false, 'Not yet', { say: 'skipped', 'say-2': 'succeeded', 'make-2': 'succeeded' }],
  ])('of %s, after what it shows is there, decides which arm runs', async (isApproved, comment, statuses) => {
    await using run = await runPipeline(asking)
    expect(run.status).toBe('paused')
    expect(run.step('approve').inputs).toMatchObject({ rows: { kind: 'table', rowCount: 1 }, n: { value: 1 } })
    const { id } = run.run
    await run.client.runs.approve(id, 'approve', { isApproved, by: 'ada', comment })
    await expect.poll(async () => (await run.client.runs.get(id)).status, { timeout: 45_000 }).toBe('succeeded')
    const { steps } = await run.client.runs.get(id)
    expect(Object.fromEntries(steps.map(({ step, status }) => [step, status]))).toMatchObject(statuses)
    const said = steps.find(({ step }) => step === (isApproved ? 'say' : 'say-2'))?.outputs.said?.value
    expect(said).toBe(isApproved ? comment : 'no')
  })
})
