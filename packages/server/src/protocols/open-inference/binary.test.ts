import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { Row } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { type BinaryInput, binaryRequest, doubles, readAnswer, textBytes } from './testing/binary-request.ts'

const rows = everyTypeRows(3, 'binary').map((row): Row => ({ ...row, gap: row.gap ?? 0.5 }))
let served: ServedTrips
let expected: readonly number[]

beforeAll(async () => {
  served = await serveTrips({ maxBodyBytes: 200_000 })
  await served.register('every', await packageEveryType())
  await served.apply({ name: 'every', stable: 'every@champion' })
  expected = await plain(rows)
})
afterAll(() => served.close())

const plain = async (of: readonly Row[]): Promise<readonly number[]> =>
  (await served.send('POST', '/api/v1/endpoints/every/predict', { rows: of })).body.predictions.map(
    ({ score }: { score: number }) => Math.fround(score),
  )

const numbers = (name: string, of: readonly Row[] = rows): number[] => of.map((row) => Number(row[name]))
const texts = (name: string): string[] => rows.map((row) => String(row[name]))
const shape = [rows.length]
const TENSORS: Readonly<Record<string, BinaryInput>> = {
  size: { name: 'size', datatype: 'FP64', shape, bytes: doubles(...numbers('size')) },
  gap: { name: 'gap', datatype: 'FP64', shape, bytes: doubles(...numbers('gap')) },
  count: { name: 'count', datatype: 'INT64', shape, bytes: bytesOf(BigInt64Array.from(numbers('count'), BigInt)) },
  flag: { name: 'flag', datatype: 'BOOL', shape, bytes: Buffer.from(numbers('flag')) },
  code: { name: 'code', datatype: 'BYTES', shape, bytes: textBytes(...texts('code')) },
  time: { name: 'time', datatype: 'BYTES', shape, bytes: textBytes(...texts('time')) },
}

function bytesOf(values: {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
}): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

/** The request with some tensors in another form. */
const requestWith = (...others: readonly BinaryInput[]) =>
  binaryRequest(Object.values({ ...TENSORS, ...Object.fromEntries(others.map((one) => [one.name, one])) }))

const INFER = '/v2/models/every/infer'
const post = (body: BodyInit, headers: Record<string, string>) =>
  fetch(served.server.url + INFER, { method: 'POST', body, headers })

async function infer(...others: readonly BinaryInput[]) {
  const { body, headers } = requestWith(...others)
  const { status, json, tensors } = await readAnswer(await post(body, headers))
  const { score } = tensors
  const scores = score && new Float32Array(score.buffer.slice(score.byteOffset, score.byteOffset + score.byteLength))
  return { status, error: json.error as string | undefined, scores: scores && [...scores] }
}

/** IEEE 754 binary16 of what it holds exactly. */
function half(value: number): number {
  if (value === 0) return 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction
}
const upperHalf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16

const EIGHTHS = [0.25, -1.5, 3]
const counted = [3, -100, 77]
const COUNTS: readonly [
  string,
  number[],
  { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number },
][] = [
  ['INT8', counted, Int8Array.from(counted)],
  ['INT16', counted, Int16Array.from(counted)],
  ['INT32', counted, Int32Array.from(counted)],
  ['INT64', counted, BigInt64Array.from(counted, BigInt)],
  ['UINT8', [0, 7, 90], Uint8Array.of(0, 7, 90)],
  ['UINT16', [0, 7, 90], Uint16Array.of(0, 7, 90)],
  ['UINT32', [0, 7, 90], Uint32Array.of(0, 7, 90)],
  ['UINT64', [0, 7, 90], BigUint64Array.of(0n, 7n, 90n)],
]
const SIZES: readonly [
  string,
  { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number },
][] = [
  ['FP16', Uint16Array.from(EIGHTHS, half)],
  ['BF16', Uint16Array.from(EIGHTHS, upperHalf)],
  ['FP32', Float32Array.from(EIGHTHS)],
  ['FP64', Float64Array.from(EIGHTHS)],
]

describe('binary tensors', () => {
  it('answer as plain rows do', async () => expect((await infer()).scores).toEqual(expected))

  it.each(COUNTS)('of %s', async (datatype, values, bytes) => {
    const wanted = await plain(rows.map((row, i) => ({ ...row, count: values[i]! })))
    expect((await infer({ name: 'count', datatype, shape, bytes: bytesOf(bytes) })).scores).toEqual(wanted)
    const asFloat = await plain(rows.map((row, i) => ({ ...row, size: values[i]! })))
    expect((await infer({ name: 'size', datatype, shape, bytes: bytesOf(bytes) })).scores).toEqual(asFloat)
  })

  it.each(SIZES)('of %s', async (datatype, bytes) => {
    const wanted = await plain(rows.map((row, i) => ({ ...row, size: EIGHTHS[i]! })))
    expect((await infer({ name: 'size', datatype, shape, bytes: bytesOf(bytes) })).scores).toEqual(wanted)
  })

  it.each([
    ['FP64', doubles(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)],
    ['FP32', bytesOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))],
    ['FP16', bytesOf(Uint16Array.of(0x7e00, 0x7c00, 0xfc00))],
    ['BF16', bytesOf(Uint16Array.of(0x7fc0, 0x7f80, 0xff80))],
  ])('of %s take NaN and the infinities for missing where a value may be', async (datatype, bytes) => {
    const wanted = await plain(rows.map((row) => ({ ...row, gap: null })))
    expect((await infer({ name: 'gap', datatype, shape, bytes })).scores).toEqual(wanted)
    const { status, error } = await infer({ name: 'size', datatype, shape, bytes })
    expect([status, error]).toEqual([400, expect.stringContaining('Input "size" holds NaN')])
    expect(error).toContain('not nullable')
  })

  it('take whole numbers beyond 2^53 for text as they are, and for nothing else', async () => {
    const large = 9_007_199_254_740_993n
    const wanted = await plain(rows.map((row) => ({ ...row, code: String(large) })))
    const bytes = bytesOf(BigInt64Array.of(large, large, large))
    expect((await infer({ name: 'code', datatype: 'INT64', shape, bytes })).scores).toEqual(wanted)
    expect((await infer({ name: 'code', datatype: 'UINT64', shape, bytes })).scores).toEqual(wanted)
    for (const name of ['count', 'size']) {
      const { status, error } = await infer({ name, datatype: 'INT64', shape, bytes })
      expect([status, error]).toEqual([400, expect.stringContaining(`Input "${name}" holds ${large}; expected INT64`)])
    }
    const negative = bytesOf(BigInt64Array.of(-(2n ** 53n), -(2n ** 53n), 0n))
    expect((await infer({ name: 'count', datatype: 'INT64', shape, bytes: negative })).status).toBe(400)
  })

  it('take times as milliseconds', async () => {
    const bytes = bytesOf(BigInt64Array.from(texts('time'), (text) => BigInt(Date.parse(text))))
    expect((await infer({ name: 'time', datatype: 'INT64', shape, bytes })).scores).toEqual(expected)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
  ])('come packed with %s', async (coding, pack) => {
    const { body, headers } = requestWith()
    const answer = await readAnswer(await post(pack(body), { ...headers, 'content-encoding': coding }))
    expect([answer.status, answer.json.outputs[0].name]).toEqual([200, 'score'])
  })

  it('leave packed where they are long and that is accepted', async () => {
    const many = { ...TENSORS }
    for (const [name, one] of Object.entries(TENSORS)) {
      many[name] = { ...one, shape: [900], bytes: Buffer.concat(Array.from({ length: 300 }, () => one.bytes)) }
    }
    const { body, headers } = binaryRequest(Object.values(many))
    for (const coding of ['gzip', 'deflate']) {
      const response = await post(body, { ...headers, 'accept-encoding': coding })
      expect(response.headers.get('content-encoding')).toBe(coding)
      expect((await readAnswer(response)).tensors.score).toHaveLength(3600)
    }
    const plainly = await post(body, { ...headers, 'accept-encoding': 'identity' })
    expect(plainly.headers.get('content-encoding')).toBeNull()
  })
})

describe('what cannot be read', () => {
  const wrong = (name: string, change: Partial<BinaryInput>): BinaryInput => ({ ...TENSORS[name]!, ...change })

  it.each<[string, BinaryInput, string]>([
    [
      'too few bytes',
      wrong('size', { bytes: doubles(1, 2) }),
      'Input "size" has 16 bytes of binary data; its shape and FP64 make 24',
    ],
    ['too many bytes', wrong('flag', { bytes: Buffer.from([1, 0, 1, 0]) }), 'its shape and BOOL make 3'],
    [
      'a truth value that is none',
      wrong('flag', { bytes: Buffer.from([1, 2, 0]) }),
      'Input "flag" holds 2; expected BOOL',
    ],
    [
      'text that is not UTF-8',
      wrong('code', { bytes: textBytes('a', Buffer.from([0xff, 0xfe]), 'b') }),
      'holds 2 bytes that are not UTF-8',
    ],
    ['text that breaks off', wrong('code', { bytes: textBytes('abc').subarray(0, 5) }), 'breaks off in element 0'],
    [
      'a text longer than the body',
      wrong('code', { bytes: Buffer.from('ffffffff61', 'hex') }),
      'breaks off in element 0',
    ],
    ['too few texts', wrong('code', { bytes: textBytes('a', 'b') }), 'has 2 elements; its shape makes 3'],
    ['too many texts', wrong('code', { bytes: textBytes('a', 'b', 'c', 'd') }), 'more than the 3 elements'],
    ['a negative dimension', wrong('size', { shape: [-3] }), 'has shape [-3]'],
    ['a huge dimension', wrong('size', { shape: [2 ** 62] }), 'has shape [4611686018427388000]'],
    ['dimensions that multiply to enough', wrong('size', { shape: [-1, -3] }), 'has shape [-1,-3]'],
    ['two dimensions', wrong('size', { shape: [1, 3] }), 'has shape [1,3]; expected [n] or [n, 1]'],
    ['no dimensions', wrong('size', { shape: [] }), 'has shape []'],
    ['a dimension that is a text', wrong('size', { shape: ['3'] }), 'has shape ["3"]'],
    ['another datatype', wrong('size', { datatype: 'BYTES' }), 'came as "BYTES"; expected FP64'],
    ['a datatype that is none', wrong('size', { datatype: 'FP128' }), 'came as "FP128"; expected FP64'],
    ['a float for a whole number', wrong('count', { datatype: 'FP64' }), 'came as "FP64"; expected INT64'],
  ])('%s', async (_, tensor, message) => {
    const { status, error } = await infer(tensor)
    expect([status, error]).toEqual([400, expect.stringContaining(message)])
  })

  const one = { name: 'size', datatype: 'FP64', shape: [1], parameters: { binary_data_size: 8 } }
  const SIZE = { name: 'size', datatype: 'FP64', shape: [1], data: [1] }
  const json = (body: unknown) => Buffer.from(JSON.stringify(body))
  const headed = (inputs: unknown, rest: Uint8Array, length?: string) => {
    const head = json({ inputs })
    return { body: Buffer.concat([head, rest]), length: length ?? String(head.byteLength) }
  }
  it.each([
    ['a length that is none', headed([one], doubles(1), 'x'), 'Inference-Header-Content-Length is "x"'],
    ['a negative length', headed([one], doubles(1), '-1'), 'Inference-Header-Content-Length is "-1"'],
    ['a length beyond the body', headed([one], doubles(1), '9999'), 'is "9999"; the body has'],
    ['a length that cuts the JSON', headed([one], doubles(1), '10'), 'not JSON'],
    ['bytes that nobody claims', headed([one], doubles(1, 2)), '8 bytes after the JSON belong to no input'],
    [
      'more claimed than there is',
      headed([{ ...one, parameters: { binary_data_size: 9 } }], doubles(1)),
      'has binary_data_size 9; 8 bytes are left',
    ],
    [
      'a negative claim',
      headed([{ ...one, parameters: { binary_data_size: -8 } }], doubles(1)),
      'has binary_data_size -8',
    ],
    [
      'a claim that is none',
      headed([{ ...one, parameters: { binary_data_size: '8' } }], doubles(1)),
      'has binary_data_size "8"',
    ],
    ['data twice', headed([{ ...one, data: [1] }], doubles(1)), 'both "data" and "binary_data_size"'],
    [
      'shared memory',
      headed([{ ...one, parameters: { shared_memory_region: 'x' } }], doubles(1)),
      'shared memory region',
    ],
    ['the length 0 for a model of many inputs', { body: doubles(1), length: '0' }, 'is 0, but the model has 6 inputs'],
    ['an empty body', { body: Buffer.alloc(0), length: '5' }, 'is "5"; the body has 0 bytes'],
  ])('%s', async (_, { body, length }, message) => {
    const answer = await readAnswer(await post(body, { 'inference-header-content-length': length }))
    expect([answer.status, answer.json.error]).toEqual([400, expect.stringContaining(message)])
  })

  it.each([
    ['binary data without the header', { inputs: [one] }, 'the header Inference-Header-Content-Length is missing'],
    [
      '16-bit floats in JSON',
      { inputs: [{ name: 'size', datatype: 'FP16', shape: [1], data: [1] }] },
      'came as FP16 in JSON',
    ],
    [
      'brain floats in JSON',
      { inputs: [{ name: 'size', datatype: 'BF16', shape: [1], data: [1] }] },
      'came as BF16 in JSON',
    ],
    [
      'a number beyond its datatype',
      { inputs: [{ name: 'count', datatype: 'INT8', shape: [1], data: [128] }] },
      'holds 128; expected INT8',
    ],
    [
      'a negative unsigned number',
      { inputs: [{ name: 'count', datatype: 'UINT8', shape: [1], data: [-1] }] },
      'holds -1; expected UINT8',
    ],
    [
      'a fraction',
      { inputs: [{ name: 'count', datatype: 'INT64', shape: [1], data: [0.5] }] },
      'holds 0.5; expected INT64',
    ],
    ['parameters that are none', { inputs: [], parameters: 5 }, '"parameters" must be an object; it is 5'],
    [
      'an output twice',
      { inputs: [SIZE], outputs: [{ name: 'score' }, { name: 'score' }] },
      'Output "score" is asked for twice',
    ],
  ])('%s', async (_, body, message) => {
    const reply = await served.send('POST', INFER, body)
    expect([reply.status, reply.body.error]).toEqual([400, expect.stringContaining(message)])
  })

  it('JSON numbers beyond 2^53, told as they came', async () => {
    const input = (name: string) =>
      `{"inputs":[{"name":"${name}","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}`
    const answer = await readAnswer(await post(input('count'), {}))
    expect([answer.status, answer.json.error]).toEqual([
      400,
      expect.stringContaining('holds 9007199254740993; expected INT64'),
    ])
    // Taken exactly for text; what is missing is another input.
    expect((await readAnswer(await post(input('code'), {}))).json.error).toContain('is missing')
  })

  it('JSON nested without end, and no body', async () => {
    for (const body of ['['.repeat(10_000), `{"inputs":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, '']) {
      const answer = await readAnswer(await post(body, {}))
      expect(answer.status).toBe(400)
    }
    const nested = `{"inputs":[{"name":"size","datatype":"FP64","shape":[1],"data":${'['.repeat(9000)}1${']'.repeat(9000)}}]}`
    expect((await readAnswer(await post(nested, {}))).status).toBe(400)
  })

  it('what does not unpack, and what unpacks without end', async () => {
    const { body, headers } = requestWith()
    const broken = await readAnswer(await post(body, { ...headers, 'content-encoding': 'gzip' }))
    expect([broken.status, broken.json.error]).toEqual([400, expect.stringContaining('cannot be unpacked as gzip')])
    const bomb = await readAnswer(await post(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }))
    expect([bomb.status, bomb.json.error]).toEqual([
      413,
      expect.stringContaining('larger than 200000 bytes when unpacked'),
    ])
    const other = await readAnswer(await post(body, { ...headers, 'content-encoding': 'br' }))
    expect([other.status, other.json.error]).toEqual([400, expect.stringContaining('content-encoding "br"')])
  })

  it('takes a body that comes in chunks', async () => {
    const { body, headers } = requestWith()
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: new Blob([body]).stream(),
      headers,
      duplex: 'half',
    }
    expect((await readAnswer(await fetch(served.server.url + INFER, init))).status).toBe(200)
  })
})
