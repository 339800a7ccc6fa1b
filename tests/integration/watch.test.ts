import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@regia/sdk'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { BIN, environment, finish, temporaryFolder } from './regia-command.ts'

const PIPELINE = `
import { pipeline, step, z } from 'regia'
import { cleaned } from '../src/clean.ts'
const out = { value: z.number() }
export const load = step({ name: 'load', in: {}, out, run: () => ({ value: 1 }) })
export const clean = step({ name: 'clean', in: { x: z.number() }, out, run: ({ x }) => ({ value: cleaned(x) }) })
export default pipeline('numbers', {}, () => clean({ x: load({}).value }))
`

describe('watching a project', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeEach(async () => {
    folder = await temporaryFolder()
    await mkdir(join(folder.dir, 'pipelines'))
    await mkdir(join(folder.dir, 'src'))
    await write('pipelines/numbers.ts', PIPELINE)
    await write('src/clean.ts', cleanBy('x + 1'))
  })
  afterEach(() => folder.remove())

  const write = (path: string, text: string) => writeFile(join(folder.dir, path), text)
  const cleanBy = (expression: string) => `export const cleaned = (x: number) => ${expression}\n`

  function start(...args: readonly string[]) {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: folder.dir,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
      })
    }
    /** Waits for words, and gives what was said up to them; what comes next is looked at from there. */
    const says = async (text: string | RegExp) => {
      const place = () => (typeof text === 'string' ? said.indexOf(text) : said.search(text))
      try {
        await expect.poll(place, { timeout: 90_000 }).toBeGreaterThanOrEqual(0)
      } catch (cause) {
        throw new Error(`It did not say ${text}, but:\n${said}`, { cause })
      }
      const end = said.indexOf('\n', place())
      const before = said.slice(0, end < 0 ? undefined : end)
      said = end < 0 ? '' : said.slice(end)
      return before
    }
    return { child, says, finished: finish(child) }
  }

  it('runs again what a saved file affects, says why, and outlives mistakes', async () => {
    const { child, says, finished } = start('run', 'numbers', '--watch')
    await says('numbers #1 succeeded')
    await says('Watching the project')
    await write('src/clean.ts', cleanBy('x + 2'))
    const second = await says('numbers #2 succeeded')
    expect(second).toContain('saved: src/clean.ts')
    expect(second).toMatch(/cached {2}load/)
    expect(second).toMatch(/succeeded {2}clean .*Changed since the last run of this step: code src\/clean\.ts/)
    await write('src/clean.ts', 'export const cleaned = (x: number => x\n')
    await says('src/clean.ts:1')
    await write('src/clean.ts', cleanBy('x + 3'))
    await says('numbers #3 succeeded')
    await write('notes.md', 'nothing to do with it\n')
    await says('Nothing to do: all 2 steps cached.')
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
  })

  it('ends a run that a newer save overtakes', async () => {
    await write(
      'src/clean.ts',
      cleanBy('x').replace('=> x', '=> { const until = Date.now() + 120_000; while (Date.now() < until); return x }'),
    )
    const { says } = start('run', 'numbers', '--watch')
    await says('running  clean')
    await write('src/clean.ts', cleanBy('x + 1'))
    await says('saved: src/clean.ts')
    await says('numbers #2 succeeded')
  })

  it('deploys at every save in "regia dev", and tells of mistakes without dying', async () => {
    const { child, says, finished } = start('dev', '--port', '0')
    const url = /http:\/\/\S+/.exec(await says('Ctrl-C stops it'))?.[0] ?? ''
    await says('Deployed: numbers version 1')
    await write('src/clean.ts', cleanBy('x * 10'))
    await says('Deployed: numbers version 2')
    await write('pipelines/numbers.ts', 'export default 1 +')
    await says('pipelines/numbers.ts:1')
    await write('pipelines/numbers.ts', PIPELINE.replaceAll('numbers', 'figures'))
    await says('Deployed: figures version 1')
    const client = createClient({ url })
    const { id } = await client.pipelines.run('figures')
    await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 45_000 }).toBe('succeeded')
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
  })
})
