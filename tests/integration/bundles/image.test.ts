import type { ChildProcess } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { type BuiltImage, buildImage, installNode, makeReadOnly } from './built-image.ts'
import { bundleOf, type Files, tripsModel } from './bundle-lab.ts'
import { ImageProcess } from './image-process.ts'

const LOAD_CLIENT = fileURLToPath(new URL('./load-client.ts', import.meta.url))

/** The context of an image, carried out as Docker would: copied into an empty folder, then its command with its user and environment alone. */
describe('an image', () => {
  let model: BundledModel
  let folder: string
  let image: BuiltImage
  let nodeDir: string
  beforeAll(async () => {
    model = await tripsModel()
    folder = await mkdtemp(join(tmpdir(), 'regia-image-'))
    await chmod(folder, 0o755)
    const root = join(folder, 'root')
    nodeDir = await installNode(join(folder, 'base'))
    image = await buildImage(await bundleOf(model, 'docker'), root)
    await makeReadOnly(join(root, 'app'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const start = (env: Record<string, string> = {}) => new ImageProcess(image, nodeDir, env)
  const get = async (server: ImageProcess, path: string) => {
    const code = `const r = await fetch('http://127.0.0.1:${server.port}${path}'); console.log(await r.text())`
    return textOf(server.beside(process.execPath, ['--input-type=module', '--eval', code], {}))
  }
  const predict = async (server: ImageProcess, body: unknown) => {
    const code = `
      const body = await new Response(process.stdin).text()
      const headers = { 'content-type': 'application/json' }
      const reply = await fetch('http://127.0.0.1:${server.port}/predict', { method: 'POST', headers, body })
      console.log(await reply.text())`
    const args = ['--input-type=module', '--eval', code]
    return JSON.parse(await textOf(server.beside(process.execPath, args, {}, JSON.stringify(body))))
  }

  it('is built without a network, on a pinned base, for a user without rights', () => {
    expect(image.base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/)
    expect(image.user).toBeGreaterThan(999)
    expect(image.port).toBe(8080)
    expect(image.stopSignal).toBe('SIGTERM')
    expect(image.labels).toMatchObject({
      'org.opencontainers.image.title': 'Late_trips',
      'org.opencontainers.image.version': '3',
      'dev.regia.package': model.digest,
    })
  })

  it('refuses a Dockerfile that fetches, or copies what is not there', async () => {
    const files = await bundleOf(model, 'docker')
    const changed = (line: string): Files =>
      new Map([...files, ['Dockerfile', Buffer.from(`${files.get('Dockerfile')}${line}\n`)]])
    await expect(buildImage(changed('RUN npm ci'), join(folder, 'a'))).rejects.toThrow('does more than copy: RUN')
    await expect(buildImage(changed('COPY secrets ./'), join(folder, 'b'))).rejects.toThrow('no such file')
  })

  it('answers the example of its package from read-only files, and ends with 0', async () => {
    const server = start()
    const ready = await server.told('ready')
    expect(ready).toMatchObject({ model: 'Late_trips', version: 3, access: 'open' })
    const { example, signature } = model.manifest
    const { predictions } = await predict(server, { rows: example.rows })
    const got = predictions.map(({ probabilities }: { probabilities: Record<string, number> }) =>
      signature.classes?.map((name) => probabilities[name]),
    )
    expect(got).toEqual(example.probabilities)
    expect(JSON.parse(await get(server, '/v2/models/Late_trips'))).toMatchObject({ versions: ['3'] })
    const [program = '', ...args] = image.healthCheck
    expect(await codeOf(healthCheck(server, program, args))).toBe(0)
    expect(await server.stop(image.stopSignal)).toBe(0)
    expect(server.log.map(({ event }) => event)).toEqual(['starting', 'ready', 'draining', 'stopped'])
    // Neither a warning nor a word of what a library would have liked to send home.
    expect(server.errors).toBe('')
  })

  it('is unhealthy where nothing answers', async () => {
    const server = start()
    await server.told('ready')
    const [, ...args] = image.healthCheck
    const child = server.beside(process.execPath, [join(image.workingDir, args[0]!)], { REGIA_PORT: '1' })
    expect(await codeOf(child)).toBe(1)
    await server.stop('SIGTERM')
  })

  it('computes on its threads too', async () => {
    const server = start({ REGIA_LANE: 'worker' })
    await server.told('ready')
    const { example } = model.manifest
    const { predictions } = await predict(server, { rows: example.rows })
    expect(predictions.map((each: { probabilities: { true: number } }) => each.probabilities.true)).toEqual(
      example.probabilities?.map((row) => row[1]),
    )
    expect(JSON.parse(await get(server, '/')).execution.lane).toBe('worker')
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  it('keeps a prediction log in its volume', async () => {
    const logDir = join(folder, 'log')
    await mkdir(logDir)
    await chmod(logDir, 0o777)
    const server = start({ REGIA_LOG_DIR: logDir })
    await server.told('ready')
    await predict(server, { rows: model.manifest.example.rows })
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(await readdir(join(logDir, 'Late_trips'))).toEqual(expect.arrayContaining([expect.stringMatching(/\d/)]))
  })

  it('drops no request when it is told to end under load', async () => {
    const server = start({ REGIA_DRAIN_MS: '1000' })
    await server.told('ready')
    const body = JSON.stringify({ rows: model.manifest.example.rows.slice(0, 1) })
    const args = [LOAD_CLIENT, `http://127.0.0.1:${server.port}`, '/predict', body, '8']
    const load = server.beside(process.execPath, args, {})
    const lines = createInterface({ input: load.stdout! })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('under way')
    const code = await server.stop(image.stopSignal)
    const { answered, failed, errors, scores } = JSON.parse((await lines.next()).value ?? '')
    expect({ code, failed, errors }).toEqual({ code: 0, failed: 0, errors: [] })
    expect(answered).toBeGreaterThan(200)
    expect(scores).toHaveLength(1)
  })

  it.each([
    ['a bad environment variable', { REGIA_PORT: 'http' }, 'REGIA_PORT must be a whole number'],
    ['a short token', { REGIA_TOKEN: 'secret' }, 'at least 16 are needed'],
    ['a log folder that cannot be written', { REGIA_LOG_DIR: 'log' }, 'prediction log cannot be opened'],
  ])('says why it does not start: %s', async (_, env, message) => {
    const server = start(env)
    expect(await codeOf(server.child)).toBe(1)
    expect(server.log.at(-1)).toMatchObject({
      level: 'error',
      event: 'failed-to-start',
      message: expect.stringContaining(message),
    })
  })

  it('does not start with a package that was changed', async () => {
    const files = await bundleOf(model, 'docker')
    const bytes = Buffer.from(files.get('model.zip') ?? '')
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff
    const broken = await buildImage(new Map([...files, ['model.zip', bytes]]), join(folder, 'broken'))
    const server = new ImageProcess(broken, nodeDir, {})
    expect(await codeOf(server.child)).toBe(1)
    expect(server.log.at(-1)).toMatchObject({ event: 'failed-to-start', code: 'MODEL_INVALID' })
  })

  const healthCheck = (server: ImageProcess, program: string, args: readonly string[]) => {
    expect(program).toBe('node')
    return server.beside(
      process.execPath,
      args.map((file) => join(image.workingDir, file)),
      { ...image.env, REGIA_PORT: String(server.port) },
    )
  }
})

async function textOf(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) text += chunk
  return text
}

const codeOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', resolve))
