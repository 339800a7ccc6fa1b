import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { BIN, environment, finish, regiaFailure, regiaJson } from '../regia-command.ts'
import { tripsModel } from './bundle-lab.ts'

describe('the command', () => {
  let model: BundledModel
  let cwd: string
  beforeAll(async () => {
    model = await tripsModel()
    cwd = await mkdtemp(join(tmpdir(), 'regia-bundle-command-'))
    await writeFile(join(cwd, 'late.zip'), model.bytes)
  })
  afterAll(() => rm(cwd, { recursive: true, force: true }))

  /** Starts a program that tells as a line of JSON where it answers, asks it, and tells it to end. */
  const ask = async (args: readonly string[], urlOf: (line: string) => string | undefined, env = {}) => {
    const child = spawn(process.execPath, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
    const finished = finish(child)
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const url = urlOf(line)
        if (url === undefined) continue
        const body = JSON.stringify({ rows: model.manifest.example.rows })
        const headers = { 'content-type': 'application/json' }
        const reply = await fetch(`${url}/predict`, { method: 'POST', headers, body })
        child.kill('SIGTERM')
        return { answer: await reply.json(), code: (await finished).code }
      }
      const { stdout, stderr } = await finished
      throw new Error(`it did not start: ${stdout}${stderr}`)
    } finally {
      child.kill('SIGKILL')
    }
  }
  const scoresOf = ({ predictions }: { predictions: readonly { probabilities: Record<string, number> }[] }) =>
    predictions.map(({ probabilities }) => model.manifest.signature.classes?.map((name) => probabilities[name]))

  it('writes a bundle whose server answers the example of its package', async () => {
    const args = ['late.zip', '--to', 'docker', '--out', 'image', '--version', '3']
    const written = await regiaJson<{ sizeBytes: number; fileCount: number }>({ cwd }, 'bundle', ...args)
    expect(written).toMatchObject({ model: 'late', version: 3, target: 'docker', platform: 'linux/x64' })
    expect(written.sizeBytes).toBeLessThan(300_000_000)
    expect(await readFile(join(cwd, 'image/README.md'), 'utf8')).toContain('docker build')
    const url = (line: string): string | undefined => {
      const { event, url: at } = JSON.parse(line)
      return event === 'ready' ? at : undefined
    }
    const { answer, code } = await ask(['image/server.mjs'], url, { REGIA_HOST: '127.0.0.1', REGIA_PORT: '0' })
    expect([scoresOf(answer), code]).toEqual([model.manifest.example.probabilities, 0])
    expect(answer).toMatchObject({ endpoint: 'late', version: 3 })
  })

  it('serves one package here', async () => {
    const args = [BIN, 'serve', 'late.zip', '--port', '0', '--name', 'trips', '--json']
    const { answer, code } = await ask(args, (line) => /"url": ?"([^"]+)"/.exec(line)?.[1])
    expect([scoresOf(answer), code]).toEqual([model.manifest.example.probabilities, 0])
    expect(answer).toMatchObject({ endpoint: 'trips' })
  })

  it('reads the settings of a bundle there, too, and an option comes before them', async () => {
    const args = [BIN, 'serve', 'late.zip', '--name', 'trips', '--json']
    const urlOf = (line: string) => /"url": ?"([^"]+)"/.exec(line)?.[1]
    const { answer } = await ask(args, urlOf, { REGIA_PORT: '0', REGIA_MAX_ROWS: '1', REGIA_TOKEN: '' })
    expect(answer).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE' } })
    const { answer: guarded } = await ask([...args, '--port', '0'], urlOf, {
      REGIA_PORT: '1',
      REGIA_TOKEN: 'sixteen-letters-or-more',
    })
    expect(guarded).toMatchObject({ error: { code: 'UNAUTHORIZED' } })
  })

  it.each([
    [{ REGIA_MAX_ROWS: 'many' }, 'REGIA_MAX_ROWS must be a whole number from 1 to 9007199254740991; it is "many".'],
    [{ REGIA_REQUEST_MS: '0' }, 'REGIA_REQUEST_MS must be a whole number from 1 to 2147483647; it is "0".'],
    [{ REGIA_LANE: 'fast' }, 'REGIA_LANE is "fast".'],
    [{ REGIA_TOKEN: 'short-one' }, 'The token has 9 characters; at least 16 are needed.'],
  ])('ends a server with the setting %j, a bundle’s or "regia serve", in the same words', async (env, message) => {
    const name = Object.keys(env)[0]
    const told = await regiaFailure({ cwd, env }, 'serve', 'late.zip')
    expect(told).toMatchObject({ error: { code: 'CONFIG_INVALID', message, where: name } })
    await regiaJson({ cwd }, 'bundle', 'late.zip', '--to', 'docker', '--out', 'refusing')
    const child = spawn(process.execPath, ['refusing/server.mjs'], { cwd, env: environment(env), stdio: 'pipe' })
    const { stdout, code } = await finish(child)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ event: 'failed-to-start', code: 'CONFIG_INVALID', message })
  })

  it.each([
    [['absent.zip', '--to', 'docker', '--out', 'x'], 'NOT_FOUND'],
    [['late.zip', '--to', 'mainframe', '--out', 'x'], 'INVALID_INPUT'],
    [['late.zip', '--to', 'docker', '--out', 'x', '--platform', 'linux/riscv64'], 'INVALID_INPUT'],
    [['late.zip', '--to', 'docker', '--out', 'x', '--name', 'late/trips'], 'INVALID_INPUT'],
    [['late.zip', '--to', 'docker', '--out', '.'], 'ALREADY_EXISTS'],
  ])('refuses %j', async (args, errorCode) => {
    expect(await regiaFailure({ cwd }, 'bundle', ...args)).toMatchObject({ error: { code: errorCode } })
  })
})
