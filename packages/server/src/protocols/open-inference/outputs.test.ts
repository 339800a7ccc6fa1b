import type { Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { encodeGrpc } from './grpc/encode-grpc.ts'
import { codecOf } from './grpc/messages.ts'
import { findOutput, type InferAnswer, outputsOf } from './outputs.ts'

const classifier = (outputs: NonNullable<Signature['outputs']>): Signature => ({
  inputs: [{ name: 'x', type: 'float', nullable: false }],
  ...{ task: 'binary', target: 'y', classes: ['-1', '1'], positive: '1', outputs },
})
const whole = classifier({ label: 'output_label', labelDatatype: 'INT64', probabilities: 'p', columns: 2 })

const answerOf = (signature: Signature): InferAnswer => ({
  served: { version: 1, signature },
  predictions: {
    rowCount: 3,
    scores: Float32Array.of(0.25, 0.5, 0.875),
    probabilities: Float32Array.of(0.75, 0.25, 0.5, 0.5, 0.125, 0.875),
    classes: Int32Array.of(0, 0, 1),
  },
  ...{ from: 0, count: 3, ids: ['a', 'b', 'c'], abstainBelow: 0.6 },
})

describe('outputs under the names of the graph', () => {
  it('give whole labels as numbers, undecided ones as the least, and ours beside them', () => {
    const answer = answerOf(whole)
    expect(findOutput(whole, 'output_label')?.values(answer)).toEqual([-1n, -(2n ** 63n), 1n])
    expect(findOutput(whole, 'label')?.values(answer)).toEqual(['-1', 'undecided', '1'])
    expect(findOutput(whole, 'toString')).toBeUndefined()
  })

  it('go over gRPC in lists and raw alike', () => {
    const answer = answerOf(whole)
    const outputs = outputsOf(whole).map((output) => ({ output, isBinary: false }))
    const { encode, decode } = codecOf('ModelInferResponse')
    const sent = (isRaw: boolean) =>
      decode(
        Buffer.from(encode(encodeGrpc({ model: 'm', answer, id: undefined, outputs, isRaw, marksFinal: false }))),
      ) as ReturnType<typeof JSON.parse>
    expect(sent(false).outputs[0].contents.int64Contents).toEqual(['-1', String(-(2n ** 63n)), '1'])
    const [raw] = sent(true).rawOutputContents
    expect([...new BigInt64Array(Uint8Array.from(raw).buffer)]).toEqual([-1n, -(2n ** 63n), 1n])
  })

  it('give the probability of the second class alone where the graph did', () => {
    const signature = classifier({ probabilities: 'p', columns: 1 })
    const [label, probability] = outputsOf(signature)
    expect(label).toMatchObject({ name: 'label', datatype: 'BYTES' })
    expect(probability).toMatchObject({ name: 'p', columns: 1 })
    expect([...(probability?.values(answerOf(signature)) ?? [])]).toEqual([0.25, 0.5, 0.875])
    expect(findOutput(signature, 'probabilities')?.columns).toBe(2)
  })
})
