import type { TrackedRunDetail } from '@regia/core'

/** A run for tests, of which only what matters to one of them is said. */
export const fakeRun = (
  given: Partial<Omit<TrackedRunDetail, 'metrics'>> & {
    readonly metrics?: Readonly<Record<string, number | 'NaN'>>
  } = {},
): TrackedRunDetail => ({
  id: 'r1',
  experimentId: '1',
  name: 'quick fox',
  status: 'succeeded',
  lifecycle: 'active',
  source: 'track',
  artifactUri: 'mlflow-artifacts:/1/r1/artifacts',
  params: {},
  tags: {},
  datasets: [],
  modelOutputs: [],
  modelInputs: [],
  ...given,
  metrics: Object.entries(given.metrics ?? {}).map(([key, value]) => ({
    key,
    value,
    step: 0,
    at: '2026-11-22T12:00:00.000Z',
  })),
})
