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
