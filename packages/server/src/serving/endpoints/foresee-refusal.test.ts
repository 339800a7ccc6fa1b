import type { EndpointPlan, EndpointSpecInput } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logPackage } from '../../../../../tests/fixtures/models/graph-packages.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'

let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips()
  await served.register('logs', await logPackage(), 'champion')
  await served.apply({ name: 'one', stable: 'logs@champion' })
})
afterAll(() => served.close())

const plan = async (...specs: readonly EndpointSpecInput[]): Promise<readonly EndpointPlan[]> =>
  (await served.send('POST', '/api/v1/endpoints/plan', { specs })).body.plans
const blendOf = (name: string, ...members: readonly string[]): EndpointSpecInput => ({
  name,
  compose: { kind: 'weights', members: members.map((endpoint) => ({ endpoint, weight: 1 })) },
})

describe('a plan', () => {
  it.each<[string, EndpointSpecInput]>([
    ['a model that is not there', { name: 'two', stable: 'nothing@champion' }],
    ['a version that is not there', { name: 'two', stable: 'logs@9' }],
    ['a fallback that is not there', { name: 'two', stable: 'logs@1', fallback: { model: 'nothing@1', afterMs: 5 } }],
    ['another model than it serves', { name: 'one', stable: 'other@1' }],
    ['a member that is not there', blendOf('blend', 'one', 'nobody')],
    [
      'a rule on what cannot be computed',
      { name: 'two', stable: 'logs@1', canary: { model: 'logs@champion', promoteWhen: { nonInferior: 'macroF1' } } },
    ],
    ['itself as a member', blendOf('blend', 'one', 'blend')],
  ])('says that %s would be refused, in the words of the refusal', async (_, spec) => {
    const [planned] = await plan(spec)
    const applied = await served.send('PUT', `/api/v1/endpoints/${spec.name}`, spec)
    expect(applied.status).toBeGreaterThan(399)
    expect(planned?.refusal).toEqual(applied.body.error)
  })

  it('counts on what is applied with it', async () => {
    const [two, blend] = [{ name: 'two', stable: 'logs@1' }, blendOf('blend', 'one', 'two')]
    expect((await plan(blend)).map(({ refusal }) => refusal?.code)).toEqual(['NOT_FOUND'])
    expect((await plan(two, blend)).map(({ refusal }) => refusal)).toEqual([undefined, undefined])
    const circle = await plan(blendOf('a', 'b', 'one'), blendOf('b', 'a', 'one'))
    expect(circle.map(({ refusal }) => refusal?.code)).toEqual(['INVALID_INPUT', 'INVALID_INPUT'])
  })
})
