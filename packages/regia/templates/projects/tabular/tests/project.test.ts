import { startProject } from 'regia/testing'
import { expect, it } from 'vitest'

it('trains, serves and predicts', async () => {
  await using project = await startProject()
  await project.regia('run', 'train')
  await project.regia('apply')
  const row = { plan: 'basic', months: 2, monthly_fee: 15, support_calls: 5, data_gb: 3.5 }
  const { predictions } = await project.client.endpoints.predict('churn', { rows: [row] })
  expect(['true', 'false']).toContain(predictions[0]?.label)
}, 180_000)
