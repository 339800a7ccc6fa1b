import { Client, credentials } from '@grpc/grpc-js'
import { createRng, type Rng, type Row } from '@regia/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { codecOf } from './open-inference/grpc/messages.ts'
import {
  type BinaryInput,
  binaryRequest,
  doubles,
  readAnswer,
  textBytes,
} from './open-inference/testing/binary-request.ts'

/** Asks some rows in one of the ways there are, for their scores. */
type Ask = (rows: readonly Row[]) => Promise<readonly number[]>

const REQUESTS = 300
const NAME = 'every'
const all = everyTypeRows(400, 'agreement')
const columns = Object.keys(all[0]!)

let served: ServedTrips
let client: Client

beforeAll(async () => {
  served = await serveTrips({ grpcPort: 0 })
  await served.register(NAME, await packageEveryType())
  await served.apply({ name: NAME, stable: `${NAME}@champion` })
  client = new Client(`127.0.0.1:${served.server.grpcPort}`, credentials.createInsecure())
})
afterAll(async () => {
  client.close()
  await served.close()
})

const post = (path: string, body: BodyInit, headers: Record<string, string>) =>
  fetch(served.server.url + path, { method: 'POST', body, headers })
const cells = (rows: readonly Row[], name: string) => rows.map((row) => row[name] ?? null)
const numbers = (rows: readonly Row[], name: string) =>
  cells(rows, name).map((cell) => (cell === null ? Number.NaN : Number(cell)))
const texts = (rows: readonly Row[], name: string) => textBytes(...cells(rows, name).map(String))

const binaryInputs = (rows: readonly Row[]): readonly BinaryInput[] => [
  { name: 'size', datatype: 'FP64', shape: [rows.length], bytes: doubles(...numbers(rows, 'size')) },
  { name: 'gap', datatype: 'FP64', shape: [rows.length], bytes: doubles(...numbers(rows, 'gap')) },
  {
    name: 'count',
    datatype: 'INT32',
    shape: [rows.length],
    bytes: Buffer.from(Int32Array.from(numbers(rows, 'count')).buffer),
  },
  { name: 'flag', datatype: 'BOOL', shape: [rows.length], bytes: Buffer.from(numbers(rows, 'flag')) },
  { name: 'code', datatype: 'BYTES', shape: [rows.length], bytes: texts(rows, 'code') },
  { name: 'time', datatype: 'BYTES', shape: [rows.length], bytes: texts(rows, 'time') },
]
const TYPES: Readonly<Record<string, string>> = {
  size: 'FP64',
  gap: 'FP64',
  count: 'INT64',
  flag: 'BOOL',
  code: 'BYTES',
  time: 'BYTES',
}

const floatsOf = (bytes: Uint8Array): number[] => [...new Float32Array(Uint8Array.from(bytes).buffer)]

const WAYS: Readonly<Record<string, Ask>> = {
  plain: async (rows) => {
    const { body } = await served.send('POST', `/api/v1/endpoints/${NAME}/predict`, { rows })
    return body.predictions.map(({ score }: { score: number }) => score)
  },
  csv: async (rows) => {
    const body = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))]
      .map((line) => line.join(','))
      .join('\n')
    const headers = { 'content-type': 'text/csv', accept: 'text/csv' }
    const text = await (await post(`/api/v1/endpoints/${NAME}/predict`, body, headers)).text()
    return text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[1]))
  },
  mlflow: async (rows) => {
    const body = { dataframe_split: { columns, data: rows.map((row) => columns.map((name) => row[name] ?? null)) } }
    return (await served.send('POST', `/api/v1/endpoints/${NAME}/invocations`, body)).body.predictions
  },
  json: async (rows) => {
    const inputs = columns.map((name) => ({
      name,
      datatype: TYPES[name],
      shape: [rows.length],
      data: cells(rows, name),
    }))
    return (await served.send('POST', `/v2/models/${NAME}/infer`, { inputs })).body.outputs[0].data
  },
  binary: async (rows) => {
    const { body, headers } = binaryRequest(binaryInputs(rows))
    return floatsOf((await readAnswer(await post(`/v2/models/${NAME}/infer`, body, headers))).tensors.score!)
  },
  grpc: (rows) => {
    const inputs = binaryInputs(rows)
    const message = {
      modelName: NAME,
      inputs: inputs.map(({ bytes: _, ...input }) => input),
      rawInputContents: inputs.map(({ bytes }) => bytes),
    }
    const [{ encode }, { decode }] = [codecOf('ModelInferRequest'), codecOf('ModelInferResponse')]
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest('/inference.GRPCInferenceService/ModelInfer', encode, decode, message, (error, reply) => {
        const { rawOutputContents } = (reply ?? {}) as { readonly rawOutputContents: readonly Buffer[] }
        if (error) reject(error)
        else resolve(floatsOf(rawOutputContents[0]!))
      })
    })
  },
}

it('gives the same numbers in every protocol, alone or together, whatever else is asked meanwhile', async () => {
  const expected = (await WAYS.plain!(all)).map(Math.fround)
  const rng = createRng('agreement')
  const ways = Object.entries(WAYS)
  const ask = async (random: Rng): Promise<void> => {
    const [way, send] = ways[random.integer(ways.length)]!
    const from = random.integer(all.length)
    const rows = all.slice(from, from + 1 + random.integer(20))
    expect([way, from, (await send(rows)).map(Math.fround)]).toEqual([
      way,
      from,
      expected.slice(from, from + rows.length),
    ])
  }
  const spoil = () => post(`/v2/models/${NAME}/infer`, '{"inputs":[{"name":"size"}]}', {})
  const asked = Array.from({ length: REQUESTS }, (_, i) => ask(rng.fork(String(i))))
  const spoilt = Array.from({ length: REQUESTS / 10 }, spoil)
  await Promise.all(asked)
  for (const reply of await Promise.all(spoilt)) expect(reply.status).toBe(400)
})
