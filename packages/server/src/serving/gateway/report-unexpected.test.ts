import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { EndpointGateway } from './endpoint-gateway.ts'
import { createFastLane, type PredictProtocol } from './fast-lane.ts'
import { reportUnexpected } from './report-unexpected.ts'

/** What the log is told, and what the caller, when reading a request fails. */
function answered(error: unknown) {
  const told: unknown[] = []
  const sent: number[] = []
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
    protocols: [reportUnexpected(protocol, (each) => told.push(each))],
    find: () => endpoint,
    clock: () => 0,
    isAllowed: () => true,
  })
  lane({ method: 'POST', url: '/predict/late', headers: {} })?.(
    Buffer.from('{}'),
    (status) => sent.push(status),
    () => false,
  )
  return { told, sent }
}

describe('reportUnexpected', () => {
  it('tells of a fault of ours, which the reply keeps to itself', () => {
    const fault = new TypeError('undefined is not a function')
    expect(answered(fault)).toEqual({ told: [fault], sent: [500] })
  })

  it('keeps quiet about errors of the caller', () => {
    expect(answered(new RegiaError('COLUMN_MISSING', 'Input "mass" is missing.'))).toEqual({ told: [], sent: [500] })
  })
})
