import type { FittedTabularModel, Table } from '@regia/core'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { TRIP_COUNT, trainOnTrips, trip } from '../../../../tests/fixtures/models/trips.ts'
import { openModel, readModelPackage, writeModelPackage } from './index.ts'

let train: Table
let fitted: FittedTabularModel
let bytes: Uint8Array
beforeAll(async () => {
  ;({ train, fitted } = trainOnTrips())
  bytes = (await writeModelPackage({ fitted, train, metrics: { auc: 0.8 } })).bytes
})

describe('model package', () => {
  it('holds signature, example, parity, reference and the training model', () => {
    const { manifest, referenceProfile, readTraining } = readModelPackage(bytes)
    expect(manifest.signature).toMatchObject({
      task: 'binary',
      target: 'late',
      classes: ['false', 'true'],
      positive: 'true',
    })
    expect(manifest.signature.inputs).toEqual([
      { name: 'at', type: 'timestamp', nullable: false },
      { name: 'place', type: 'string', nullable: false },
      { name: 'wind', type: 'float', nullable: true },
      { name: 'miles', type: 'int', nullable: false },
      { name: 'isFull', type: 'bool', nullable: false },
    ])
    expect(manifest.parity.rowCount).toBe(TRIP_COUNT)
    expect(manifest.parity.maxError).toBeLessThan(1e-6)
    expect(manifest.example.rows).toHaveLength(5)
    expect(manifest.metrics).toEqual({ auc: 0.8 })
    expect(manifest.learner.params).toMatchObject({ trees: 20 })
    expect(referenceProfile?.rowCount).toBe(TRIP_COUNT)
    expect(Object.keys(referenceProfile?.columns ?? {})).toEqual(['isFull', 'miles', 'place', 'wind'])
    const again = readTraining()?.predict(train)
    expect(again?.probabilities[1]).toEqual(fitted.predict(train).probabilities[1])
  })

  it('is byte for byte the same for the same contents', async () => {
    const again = await writeModelPackage({ fitted, train, metrics: { auc: 0.8 } })
    expect(Buffer.compare(again.bytes, bytes)).toBe(0)
    const other = await writeModelPackage({ fitted, train, metrics: { auc: 0.9 } })
    expect(Buffer.compare(other.bytes, bytes)).not.toBe(0)
  })

  it('lets an author say what may be null and what a column means', async () => {
    const inputs = { miles: { nullable: true, description: 'Distance.' } }
    const { bytes: lenient } = await writeModelPackage({ fitted, train, inputs })
    const opened = await openModel(lenient)
    expect(opened.signature.inputs[3]).toEqual({ name: 'miles', type: 'int', nullable: true, description: 'Distance.' })
    expect((await opened.predictRows([{ ...trip, miles: null }])).scores[0]).toBeGreaterThan(0)
    await opened.close()
  })

  const repacked = (change: (files: Record<string, Uint8Array>) => void): Uint8Array => {
    const files = unzipSync(bytes)
    change(files)
    return zipSync(files)
  }
  const flipped = (content: Uint8Array) => content.map((byte, i) => (i === content.length >> 1 ? byte ^ 1 : byte))

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no zip', () => strToU8('hello'), /no zip/],
    ['a cut zip', () => bytes.slice(0, bytes.length - 100), /no zip/],
    ['no manifest', () => repacked((files) => delete files['manifest.json']), /no manifest/],
    ['no graph', () => repacked((files) => delete files['model.onnx']), /no model\.onnx/],
    ['a file outside', () => repacked((files) => Object.assign(files, { '../../evil.sh': strToU8('x') })), /evil\.sh/],
    [
      'a changed graph',
      () => repacked((files) => Object.assign(files, { 'model.onnx': flipped(files['model.onnx']!) })),
      /its manifest says/,
    ],
    ['a lost profile', () => repacked((files) => delete files['reference-profile.json']), /its manifest says/],
    [
      'a manifest of another kind',
      () => repacked((files) => Object.assign(files, { 'manifest.json': strToU8('{"format":2}') })),
      /manifest\.json/,
    ],
    [
      'a bomb',
      () => repacked((files) => Object.assign(files, { 'manifest.json': new Uint8Array(2 ** 25) })),
      /claims 33554432 bytes/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(() => readModelPackage(make())).toThrowError(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) }),
    )
  })
})
