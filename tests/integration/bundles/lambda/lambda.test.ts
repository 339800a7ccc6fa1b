import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { BundledModel } from '../../../../packages/regia/src/bundles/bundle-target.ts'
import { functionZip } from '../../../../packages/regia/src/bundles/lambda/function-zip.ts'
import { bundleOf, textOf, tripsModel } from '../bundle-lab.ts'
import { type FunctionProcess, startFunction, unzipFunction } from './function-process.ts'
import type { Invocation } from './runtime-api.ts'

type Request = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly stage?: string
}

/** As a function URL and API Gateway send it, payload format 2.0. */
const httpEvent = ({ method = 'POST', path = '/predict', headers = {}, body, stage = '$default' }: Request) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'abc.lambda-url.eu-central-1.on.aws', ...headers },
  requestContext: {
    accountId: '123456789012',
    domainName: 'abc.lambda-url.eu-central-1.on.aws',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8.5.0' },
    requestId: 'id',
    stage,
    time: '22/Nov/2026:10:00:00 +0000',
    timeEpoch: 1795341600000,
  },
  ...(body !== undefined && { body: typeof body === 'string' ? body : Buffer.from(body).toString('base64') }),
  isBase64Encoded: body !== undefined && typeof body !== 'string',
})

type Answer = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

function answerOf(invocation: Invocation): Answer {
  if (invocation.status === 'failed') throw new Error(JSON.stringify(invocation.error))
  return invocation.payload as Answer
}

describe('a function of Lambda', () => {
  let model: BundledModel
  let folder: string
  let session: ModelSession
  let lambda: FunctionProcess
  const ask = async (request: Request) => answerOf(await lambda.invoke(httpEvent(request)))
  const example = () => model.manifest.example
  beforeAll(async () => {
    model = await tripsModel()
    folder = await mkdtemp(join(tmpdir(), 'regia-function-'))
    await unzipFunction((await bundleOf(model, 'lambda')).get('function.zip')!, folder)
    session = await openModel(model.bytes)
    lambda = await startFunction(folder, 'index.handler')
  })
  afterAll(async () => {
    await lambda.close()
    await session.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('answers plain rows as the model does', async () => {
    const rows = example().rows
    const { statusCode, body, isBase64Encoded } = await ask({ body: JSON.stringify({ rows }) })
    expect([statusCode, isBase64Encoded]).toEqual([200, false])
    const { predictions } = JSON.parse(body)
    const expected = example().probabilities!
    for (const [i, { probabilities }] of predictions.entries()) {
      for (const [k, value] of Object.values(probabilities).entries()) expect(value).toBeCloseTo(expected[i]![k]!, 5)
    }
  })

  it('reads bodies in base64, packed ones too, and CSV, and answers in CSV', async () => {
    const rows = example().rows.slice(0, 2)
    const names = Object.keys(rows[0]!)
    const csv = [names.join(','), ...rows.map((row) => names.map((name) => row[name] ?? '').join(','))].join('\n')
    const headers = { 'content-type': 'text/csv', accept: 'text/csv' }
    const plain = await ask({ headers, body: csv })
    expect(plain.statusCode).toBe(200)
    expect(plain.headers['content-type']).toContain('text/csv')
    const lines = plain.body.trim().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('label,score,probability_')
    const packed = await ask({ headers: { ...headers, 'Content-Encoding': 'gzip' }, body: gzipSync(csv) })
    expect(scoresOf(packed.body)).toEqual(scoresOf(plain.body))
  })

  it('speaks the Open Inference Protocol, binary tensors too, behind a stage of API Gateway', async () => {
    const row = example().rows[0]!
    const types = { float: 'FP32', int: 'INT64', bool: 'BOOL', string: 'BYTES', timestamp: 'BYTES' } as const
    const inputs = model.manifest.signature.inputs.map(({ name, type }) => ({
      ...{ name, shape: [1, 1], datatype: types[type], data: [row[name]] },
    }))
    const path = `/prod/v2/models/${model.name}/infer`
    const text = await ask({ path, stage: 'prod', body: JSON.stringify({ inputs }) })
    expect([text.statusCode, text.body.slice(0, 200)]).toEqual([200, expect.stringContaining('"outputs"')])
    const probabilities = JSON.parse(text.body).outputs.find(({ name }: { name: string }) => name === 'probabilities')
    expect(probabilities.data[0]).toBeCloseTo(example().probabilities![0]![0]!, 5)
    const asked = { inputs, outputs: [{ name: 'probabilities', parameters: { binary_data: true } }] }
    const binary = await ask({ path, stage: 'prod', body: JSON.stringify(asked) })
    expect(binary.isBase64Encoded).toBe(true)
    const bytes = Buffer.from(binary.body, 'base64')
    const at = Number(binary.headers['inference-header-content-length'])
    expect(bytes.readFloatLE(at)).toBeCloseTo(example().probabilities![0]![0]!, 5)
  })

  it('tells what it is, and what is wrong, by field', async () => {
    const told = await ask({ method: 'GET', path: '/' })
    expect(JSON.parse(told.body)).toMatchObject({ model: model.name, version: 3, status: 'ready' })
    expect((await ask({ method: 'GET', path: '/v2/health/ready' })).statusCode).toBe(200)
    const [first] = model.manifest.signature.inputs
    const wrong = await ask({ body: JSON.stringify({ rows: [{ ...example().rows[0], [first!.name]: { deep: [] } }] }) })
    expect(wrong.statusCode).toBe(422)
    expect(JSON.parse(wrong.body).error).toMatchObject({ code: 'COLUMN_TYPE', where: `rows[0].${first!.name}` })
    expect((await ask({ body: '{' })).statusCode).toBe(400)
    expect((await ask({ path: '/nowhere', body: '{}' })).statusCode).toBe(404)
    expect((await ask({ headers: { 'content-encoding': 'gzip' }, body: 'no' })).statusCode).toBe(400)
  })

  it('fails for an event that is no request, and goes on', async () => {
    const failed = await lambda.invoke({ Records: [] })
    expect(failed).toMatchObject({
      status: 'failed',
      error: { errorMessage: expect.stringContaining('no event of a function URL') },
    })
    expect((await ask({ body: JSON.stringify({ rows: example().rows }) })).statusCode).toBe(200)
  })

  it('asks for the token that it was given', async () => {
    const guarded = await startFunction(folder, 'index.handler', { REGIA_TOKEN: 'a token of some length' })
    const body = JSON.stringify({ rows: example().rows })
    expect(answerOf(await guarded.invoke(httpEvent({ body }))).statusCode).toBe(401)
    const headers = { authorization: 'Bearer a token of some length' }
    expect(answerOf(await guarded.invoke(httpEvent({ body, headers }))).statusCode).toBe(200)
    await guarded.close()
  })

  it('tells the runtime why it cannot be loaded', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'regia-function-'))
    await unzipFunction((await bundleOf(model, 'lambda')).get('function.zip')!, broken)
    await writeFile(join(broken, 'model.zip'), 'no package')
    const failing = await startFunction(broken, 'index.handler')
    expect(await failing.initError).toMatchObject({
      errorMessage: expect.stringContaining('not a sound model package'),
    })
    await failing.close()
    await rm(broken, { recursive: true, force: true })
  })

  it('fits into the limits of Lambda, or says by how much it does not', async () => {
    const zip = (await bundleOf(model, 'lambda', [], 'linux/arm64')).get('function.zip')!
    expect(zip.byteLength).toBeLessThan(12e6)
    const files = [
      { path: 'small.txt', content: 'a' },
      { path: 'model.zip', content: Buffer.alloc(3 * 2 ** 20) },
    ]
    expect(() => functionZip(files, { zippedBytes: 2 ** 20, unzippedBytes: 2 * 2 ** 20 })).toThrow(
      'The function is 3.0 MiB unzipped; Lambda takes 2.0 MiB. Largest: model.zip 3.0 MiB, small.txt 0.0 MiB.',
    )
    expect(() => functionZip(files, { zippedBytes: 100, unzippedBytes: 4 * 2 ** 20 })).toThrow('zipped; Lambda takes')
  })

  it('names its zip by its contents, and grants each function its own log and objects alone', async () => {
    const files = await bundleOf(model, 'lambda')
    const { Parameters, Resources } = parse(textOf(files, 'template.yaml'))
    expect(Parameters.CodeKey.Default).toMatch(/^late-trips-3-[0-9a-f]{12}\.zip$/)
    const granted = (name: string) =>
      Resources[name].Properties.Policies.flatMap(
        ({ PolicyDocument }: { PolicyDocument: { Statement: { Action: string | string[] }[] } }) =>
          PolicyDocument.Statement.flatMap(({ Action }) => Action),
      )
    expect(granted('HttpRole')).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    expect(granted('FilesRole')).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:PutObject'])
    expect(Object.keys(Resources)).not.toContain('HttpPermission')
    const open = parse(textOf(await bundleOf(model, 'lambda', ['access=token']), 'template.yaml'))
    expect(open.Resources.HttpUrl.Properties.AuthType).toBe('NONE')
    expect(open.Parameters.Token).toMatchObject({ NoEcho: true, MinLength: 16 })
  })
})

const scoresOf = (csv: string): readonly (string | undefined)[] => csv.split('\n').map((line) => line.split(',')[2])
