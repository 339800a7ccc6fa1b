import { runPipeline } from 'regia/testing'
import { expect, it } from 'vitest'
import train from '../pipelines/train.ts'

it('learns from the table, checks and registers', async () => {
  await using run = await runPipeline(train, { params: { trees: 40 } })
  expect(run.error).toBeUndefined()
  expect(run.value('gate', 'passed')).toBe(true)
  expect((await run.client.models.version('churn', 'champion')).version).toBe(1)
}, 120_000)

it('keeps a model that has learned nothing out of the registry', async () => {
  await using run = await runPipeline(train, { params: { trees: 1 }, selection: { to: ['gate'] } })
  expect(run.report('gate').passed).toBe(false)
}, 120_000)
