import type { Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { encodeRest } from './encode-rest.ts'
import { encodeGrpc } from './grpc/encode-grpc.ts'
import { codecOf } from './grpc/messages.ts'
import { type InferAnswer, outputsOf } from './outputs.ts'

const signature: Signature = {
  task: 'binary',
  target: 'late',
  classes: ['no', 'yes'],
  inputs: [{ name: 'x', type: 'float', nullable: false }],
}
const answer: InferAnswer = {
  served: { version: 3, signature },
  predictions: {
    rowCount: 2,
    scores: Float32Array.of(0.25, Number.NaN),
    probabilities: Float32Array.of(0.75, 0.25, Number.NaN, Number.POSITIVE_INFINITY),
    classes: Int32Array.of(0, 1),
  },
  from: 0,
  count: 2,
  ids: ['1-1-1', '1-1-2'],
}
const outputs = outputsOf(signature).map((output) => ({ output, isBinary: false }))
const degraded = { ...answer, servedBy: 'fallback', degraded: 'It took "too" long.' }
const rest = (of: InferAnswer) => JSON.parse(String(encodeRest('late', of, 'a', outputs).body))
const grpc = (of: InferAnswer) => {
  const { encode, decode } = codecOf('ModelInferResponse')
  const reply = { model: 'late', answer: of, id: 'a', outputs, isRaw: true, marksFinal: true }
  return decode(encode(encodeGrpc(reply)))
}

describe('a reply', () => {
  it('says what answered in place of the version, and why', () => {
    expect(rest(degraded).parameters).toEqual({ served_by: 'fallback', degraded: 'It took "too" long.' })
    expect(grpc(degraded)).toMatchObject({
      parameters: {
        served_by: { stringParam: 'fallback' },
        degraded: { stringParam: 'It took "too" long.' },
        triton_final_response: { boolParam: true },
      },
    })
    expect(rest(answer).parameters).toBeUndefined()
    expect(grpc(answer)).toMatchObject({ parameters: { triton_final_response: { boolParam: true } } })
  })

  it('is JSON whatever the model answered', () => {
    expect(rest(answer).outputs[1].data).toEqual([0.75, 0.25, null, null])
  })

  it('names a label that is not sure undecided', () => {
    expect(rest({ ...answer, abstainBelow: 0.9 }).outputs[0].data[0]).toBe('undecided')
  })
})
