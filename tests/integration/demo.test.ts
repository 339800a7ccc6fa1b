import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Demo } from '@regia/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  BIN,
  environment,
  type Finished,
  finish,
  regia,
  regiaFailure,
  regiaJson,
  temporaryFolder,
} from './regia-command.ts'

const STORY = `
import type { DemoContext } from 'regia'
import { GREETING } from './greeting.ts'

export default async function story(demo: DemoContext) {
  demo.chapter('First')
  demo.say(GREETING)
  await demo.client.demo.set({ title: 'A story', chapters: [], actions: [{ name: 'lamp', label: 'Lamp', description: 'It goes out.', isActive: false }] })
  for (let i = 1; i <= 10; i++) demo.progress('counting', i / 10, String(i))
  if (demo.exit) return { told: GREETING, health: (await demo.client.health()).status }
  demo.finish({ told: GREETING })
  while (!demo.signal.aborted) {
    const { actions } = await demo.client.demo.takeActions()
    for (const action of actions) demo.say(action.name + (action.active ? ' is out' : ' is lit'))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
`

/** A `regia demo` that is still going on: its lines as they come. */
function tell(cwd: string) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [BIN, 'demo', '--port', '0'], {
    cwd,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished: Promise<Finished> = finish(child)
  const lines: string[] = []
  const listeners = new Set<() => void>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line)
    for (const listener of listeners) listener()
  })
  const said = (text: string | RegExp) =>
    new Promise<{ line: string; afterMs: number }>((resolve, reject) => {
      const look = () => {
        const line = lines.find((each) => (typeof text === 'string' ? each.includes(text) : text.test(each)))
        if (line !== undefined) resolve({ line, afterMs: performance.now() - startedAt })
      }
      listeners.add(look)
      look()
      void finished.then(({ stderr }) => reject(new Error(`the demo ended:\n${lines.join('\n')}\n${stderr}`)))
    })
  return { child, finished, said }
}

describe('regia demo', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeEach(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder.dir, 'regia.config.ts'), `export default { name: 'storyteller', demo: './story.ts' }\n`)
    await writeFile(join(folder.dir, 'story.ts'), STORY)
    await writeFile(join(folder.dir, 'greeting.ts'), `export const GREETING = 'Good evening'\n`)
  })
  afterEach(() => folder.remove())

  it('tells the story and ends with its summary as one line of JSON', async () => {
    const { code, stdout, stderr } = await regia({ cwd: folder.dir }, 'demo', '--exit', '--json', '--port', '0')
    expect(code, stderr).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/The control room: http:\/\/127\.0\.0\.1:\d+/)
    expect(lines).toContain('Good evening')
    expect(JSON.parse(lines.at(-1)!)).toEqual({ told: 'Good evening', health: 'ok' })
  })

  it('prints the address at once, stays open, and hands on what visitors break', async () => {
    const { child, finished, said } = tell(folder.dir)
    const address = await said('The control room:')
    expect(address.afterMs).toBeLessThan(5000)
    const url = /http:\S+/.exec(address.line)![0]
    await said('"told": "Good evening"')
    expect(await regiaJson<Demo>({ cwd: folder.dir }, 'demo', 'status')).toMatchObject({ title: 'A story' })
    expect((await regia({ cwd: folder.dir }, 'demo', 'break', 'lamp')).code).toBe(0)
    await said('lamp is out')
    await regia({ cwd: folder.dir }, 'demo', 'mend', 'lamp')
    await said('lamp is lit')
    expect(await regiaFailure({ cwd: folder.dir }, 'demo', 'break', 'window')).toMatchObject({
      code: 3,
      error: { hint: 'It has: lamp.' },
    })
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('takes its server along, however it ends', async () => {
    const { child, finished, said } = tell(folder.dir)
    const url = /http:\S+/.exec((await said('The control room:')).line)![0]
    child.kill('SIGKILL')
    await finished.catch(() => {})
    await expect
      .poll(
        () =>
          fetch(`${url}/health`).then(
            () => 'answers',
            () => 'gone',
          ),
        { timeout: 45_000 },
      )
      .toBe('gone')
  })

  it('starts from nothing, and never on top of the work of a person', async () => {
    const again = async () => (await regia({ cwd: folder.dir }, 'demo', '--exit', '--port', '0')).code
    expect([await again(), await again()]).toEqual([0, 0])
    const mine = { cwd: folder.dir, env: { REGIA_HOME: join(folder.dir, 'mine') } }
    await mkdir(mine.env.REGIA_HOME)
    await regia(mine, 'data', 'list')
    expect(await regiaFailure(mine, 'demo', '--exit', '--port', '0')).toMatchObject({
      code: 1,
      error: { code: 'CONFLICT' },
    })
  })

  it('says what is wrong with a story', async () => {
    await writeFile(join(folder.dir, 'story.ts'), 'export default 7\n')
    const { stdout, code } = await regia({ cwd: folder.dir }, 'demo', '--exit', '--json', '--port', '0')
    expect(code).toBe(2)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!).error).toMatchObject({
      code: 'CONFIG_INVALID',
      where: './story.ts',
    })
    await writeFile(join(folder.dir, 'regia.config.ts'), `export default { name: 'silent' }\n`)
    expect(await regiaFailure({ cwd: folder.dir }, 'demo', '--exit', '--port', '0')).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID' },
    })
  })
})
