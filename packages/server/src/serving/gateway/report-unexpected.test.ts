import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { EndpointGateway } from './endpoint-gateway.ts'
import { createFastLane, type PredictProtocol } from './fast-lane.ts'
import { reportUnexpected } from './report-unexpected.ts'

/** What the log is told, and what the caller, when reading a request fails. */
function answered(error: unknown) {
  const told: unknown[] = []
  const sent: unknown[] = []
  const protocol: PredictProtocol = {
    path: /^\/predict\/(\w+)$/,
    isPlain: () => true,
    packsReplies: false,
    parse: () => {
      throw error
    },
    errorBody: () => ({ status: 500, body: '{}' }),
  }
  const endpoint: EndpointGateway = Object.assign(Object.create(EndpointGateway.prototype), { countError: () => {} })
  const lane = createFastLane({
    protocols: [
      reportUnexpected(protocol, (each) => {
        told.push(each)
        return 'req_1'
      }),
    ],
    find: () => endpoint,
    clock: () => 0,
    isAllowed: () => true,
  })
  lane({ method: 'POST', url: '/predict/late', headers: {} })?.(
    Buffer.from('{}'),
    (status, { headers }) => sent.push([status, headers]),
    () => false,
  )
  return { told, sent }
}

describe('reportUnexpected', () => {
  it('tells of a fault of ours, of which the reply says only under which id', () => {
    const fault = new TypeError('undefined is not a function')
    expect(answered(fault)).toEqual({ told: [fault], sent: [[500, { 'x-request-id': 'req_1' }]] })
  })

  it('keeps quiet about errors of the caller', () => {
    const error = new RegiaError('COLUMN_MISSING', 'Input "mass" is missing.')
    expect(answered(error)).toEqual({ told: [], sent: [[500, {}]] })
  })
})
