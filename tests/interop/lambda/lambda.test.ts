import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type ModelSession, openModel } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { signRequest } from '../../../packages/server/src/standalone/lambda/sigv4.ts'
import { bundleOf, textOf, tripsModel } from '../../integration/bundles/bundle-lab.ts'
import {
  type FunctionProcess,
  startFunction,
  unzipFunction,
} from '../../integration/bundles/lambda/function-process.ts'
import { pythonOf } from '../python.ts'
import { type Deployed, S3Server } from './s3-server.ts'

const run = promisify(execFile)
const [IN, OUT] = ['our-files', 'our-results']

const notification = (key: string, bucket = IN) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-central-1',
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'), size: 1, eTag: 'a' },
      },
    },
  ],
})

describe('a function that scores what lands in a bucket', () => {
  let model: BundledModel
  let session: ModelSession
  let folder: string
  let s3: S3Server
  let deployed: Deployed
  let lambda: FunctionProcess
  const started = (env: Readonly<Record<string, string>> = {}) =>
    startFunction(join(folder, 'task'), deployed.handler, {
      ...{ ...deployed.variables, ...deployed.credentials, AWS_ENDPOINT_URL_S3: s3.endpoint, TMPDIR: folder },
      ...env,
    })
  const call = async (method: string, bucket: string, key: string, body?: string) => {
    const url = new URL(`${s3.endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`)
    const payloadHash = createHash('sha256')
      .update(body ?? '')
      .digest('hex')
    const headers = signRequest({ method, url, headers: {}, payloadHash }, deployed.owner, 'eu-central-1', new Date())
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const csvOf = (repeats: number): string => {
    const { inputs } = model.manifest.signature
    const lines = model.manifest.example.rows.map((row) => inputs.map(({ name }) => row[name] ?? '').join(','))
    return `${inputs.map(({ name }) => name).join(',')},note\n${`${lines.map((line, i) => `${line},"a, ""${i}"""\n`).join('')}`.repeat(repeats)}`
  }
  beforeAll(async () => {
    model = await tripsModel()
    session = await openModel(model.bytes)
    folder = await mkdtemp(join(tmpdir(), 'regia-files-'))
    const files = await bundleOf(model, 'lambda')
    await unzipFunction(files.get('function.zip')!, join(folder, 'task'))
    const template = parse(textOf(files, 'template.yaml'))
    // The stand-in for CloudFormation knows no addresses of functions, and fails at what asks for one.
    delete template.Outputs.Url
    await writeFile(join(folder, 'template.yaml'), JSON.stringify(template))
    await writeFile(join(folder, 'function.zip'), files.get('function.zip')!)
    s3 = await S3Server.open()
    deployed = await s3.deploy(join(folder, 'template.yaml'), join(folder, 'function.zip'), IN, OUT)
    lambda = await started()
  })
  afterAll(async () => {
    await lambda?.close()
    s3?.close()
    await session?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is deployed by its template', () => {
    expect(deployed.resources).toEqual(
      expect.arrayContaining(['FilesFunction', 'FilesRole', 'HttpFunction', 'HttpRole']),
    )
    expect(deployed.handler).toBe('index.onObject')
    expect(deployed.variables).toEqual({
      INPUT_BUCKET: IN,
      INPUT_PREFIX: 'in/',
      OUTPUT_BUCKET: OUT,
      OUTPUT_PREFIX: 'out/',
    })
  })

  it('writes the same result for the same object, asking for nothing else, with rights for nothing else', async () => {
    const key = 'in/day 1/träume+(a).csv'
    expect((await call('PUT', IN, key, csvOf(3))).status).toBe(200)
    s3.asked.length = 0
    expect(await lambda.invoke(notification(key))).toMatchObject({ payload: { batchItemFailures: [] } })
    const methods = s3.asked.map((line) => line.split(' ')[0])
    expect(methods).toEqual(['GET', 'PUT'])
    const first = await call('GET', OUT, 'out/day 1/träume+(a).csv')
    expect(first.status).toBe(200)
    const lines = first.text.trim().split('\n')
    expect(lines[0]).toBe(`${csvOf(0).trim()},prediction,score,probability_false,probability_true`)
    const expected = await session.predictRows(model.manifest.example.rows.map((row) => row as Record<string, string>))
    expect(lines).toHaveLength(1 + 3 * expected.rowCount)
    for (const [i, line] of lines.slice(1, 1 + expected.rowCount).entries()) {
      expect(line).toContain(`"a, ""${i}""",`)
      expect(Number(line.split(',').at(-3))).toBeCloseTo(expected.scores[i]!, 6)
    }
    expect(first.headers.get('x-amz-meta-model-version')).toBe('3')
    await lambda.invoke(notification(key))
    expect((await call('GET', OUT, 'out/day 1/träume+(a).csv')).text).toBe(first.text)
    const ofS3 = deployed.statements.filter(({ Action }) => String(Action).startsWith('s3:'))
    expect(ofS3.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['s3:GetObject', `arn:aws:s3:::${IN}/in/*`],
      ['s3:PutObject', `arn:aws:s3:::${OUT}/out/*`],
    ])
  })

  it('reads and writes JSON lines', async () => {
    const rows = model.manifest.example.rows.map((row, i) => ({ ...row, id: i }))
    await call('PUT', IN, 'in/rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))
    await lambda.invoke(notification('in/rows.jsonl'))
    const { text, headers } = await call('GET', OUT, 'out/rows.jsonl')
    const scored = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(scored.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    const expected = model.manifest.example.probabilities!
    scored.forEach((row, i) => {
      expect(row.probability_false).toBeCloseTo(expected[i]![0]!, 5)
    })
    expect(headers.get('content-type')).toBe('application/x-ndjson')
  })

  it('reports what is wrong with an object, and does not try it again', async () => {
    const [, first] = csvOf(1).split('\n')
    await call('PUT', IN, 'in/bad.csv', `${csvOf(0)}${first}\n${first!.replace(/,\d+,(true|false)/i, ',far,$1')}\n`)
    expect(await lambda.invoke(notification('in/bad.csv'))).toMatchObject({ status: 'answered' })
    const { text } = await call('GET', OUT, 'out/bad.csv.error.json')
    expect(JSON.parse(text)).toMatchObject({
      object: `s3://${IN}/in/bad.csv`,
      error: { code: 'COLUMN_TYPE', where: 'row 2 (line 3), column "miles"' },
    })
    expect((await call('GET', OUT, 'out/bad.csv')).status).toBe(404)
    await call('PUT', IN, 'in/notes.txt', 'hello')
    expect(await lambda.invoke(notification('in/notes.txt'))).toMatchObject({ status: 'answered' })
    expect(JSON.parse((await call('GET', OUT, 'out/notes.txt.error.json')).text).error.code).toBe('INVALID_INPUT')
  })

  it('leaves alone what is not meant for it', async () => {
    s3.asked.length = 0
    for (const event of [
      notification('elsewhere/rows.csv'),
      notification('in/rows.csv', 'secret'),
      notification('out/rows.csv'),
    ]) {
      expect(await lambda.invoke(event)).toMatchObject({ payload: { batchItemFailures: [] } })
    }
    expect(s3.asked).toEqual([])
    expect(await lambda.invoke({ version: '2.0', rawPath: '/' })).toMatchObject({ status: 'failed' })
  })

  it('has failed messages of a queue sent again, and no others', async () => {
    await call('PUT', IN, 'in/one.csv', csvOf(1))
    const message = (messageId: string, body: unknown) => ({
      messageId,
      eventSource: 'aws:sqs',
      body: JSON.stringify(body),
    })
    const bridge = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: IN }, object: { key: 'in/one.csv' } },
    }
    const Records = [message('test', { Event: 's3:TestEvent' }), message('good', bridge), message('odd', { other: 1 })]
    expect(await lambda.invoke({ Records })).toMatchObject({
      payload: { batchItemFailures: [{ itemIdentifier: 'odd' }] },
    })
    expect((await call('GET', OUT, 'out/one.csv')).status).toBe(200)
  })

  it('fails, to be tried again, where S3 refuses: a wrong signature, a place without rights', async () => {
    await call('PUT', IN, 'in/two.csv', csvOf(1))
    const cases = [
      [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'read the object: SignatureDoesNotMatch'],
      [{ INPUT_PREFIX: '', OUTPUT_PREFIX: 'private/' }, 'write the object: AccessDenied'],
      [{ INPUT_BUCKET: 'secret' }, 'read the object: AccessDenied'],
      [{ OUTPUT_BUCKET: IN, OUTPUT_PREFIX: 'in/scored/' }, 'be scored again'],
      [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, 'cannot be reached'],
    ] as const
    for (const [env, message] of cases) {
      const other = await started(env)
      const event = notification('in/two.csv', 'INPUT_BUCKET' in env ? env.INPUT_BUCKET : IN)
      const failed = await other.invoke(event)
      expect(failed).toMatchObject({ status: 'failed', error: { errorMessage: expect.stringContaining(message) } })
      await other.close()
    }
  })

  it('scores a large object in little memory', async () => {
    const rows = model.manifest.example.rows.length
    const csv = csvOf(Math.ceil(600_000 / rows))
    await call('PUT', IN, 'in/large.csv', csv)
    // A heap that does not hold the object, nor its result.
    const small = await started({ NODE_OPTIONS: '--max-old-space-size=48' })
    expect(await small.invoke(notification('in/large.csv'))).toMatchObject({ status: 'answered' })
    const status = await readFile(`/proc/${small.child.pid}/status`, 'utf8')
    await small.close()
    const { text } = await call('GET', OUT, 'out/large.csv')
    expect(text.length).toBeGreaterThan(50e6)
    expect(text.split('\n')).toHaveLength(csv.split('\n').length)
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024).toBeLessThan(350)
  })

  it('has templates that CloudFormation takes', async () => {
    const lint = async (name: string, template: string) => {
      const path = join(folder, `${name}.yaml`)
      await writeFile(path, template)
      return run(join(dirname(pythonOf('aws')), 'cfn-lint'), [path]).then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout,
      )
    }
    const template = textOf(await bundleOf(model, 'lambda'), 'template.yaml')
    expect(await lint('iam', template)).toBe('')
    expect(
      await lint('token', textOf(await bundleOf(model, 'lambda', ['access=token'], 'linux/arm64'), 'template.yaml')),
    ).toBe('')
    expect(await lint('broken', template.replace('MemorySize', 'Memory'))).toContain("'Memory' was unexpected")
  })
})
