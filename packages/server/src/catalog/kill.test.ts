import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CatalogEntry, createRng } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, from, graph, step } from '../../test/graphs.ts'

const SERVE = join(import.meta.dirname, '..', '..', 'test', 'serve.ts')
const SAVES = 8
const KILLS = 7
const OLD = 'as it was'

type Process = { readonly client: RegiaClient; readonly kill: () => Promise<void> }

async function serve(projectDir: string): Promise<Process> {
  const args = ['--conditions=source', SERVE, join(projectDir, '.regia'), projectDir, '500']
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout!, 'data')
  return { client: createClient({ url: String(line).trim() }), kill }
}

/** Waits until a file is being written, or everything is. */
async function partialIn(folder: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 5_000; waitedMs++) {
    if (readdirSync(folder).some((name) => name.endsWith('.partial'))) return
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('a server that is killed while it saves', () => {
  it('leaves each file as it was or as it is to be, and finishes what it began', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-save-kill-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const rng = createRng('save-kill')
    const source = Buffer.alloc(12_000_000, 'a line of what is saved\n')
    writeFileSync(join(projectDir, 'source.txt'), source)
    const targets = Array.from({ length: SAVES }, (_, i) => `out-${i}.txt`)
    for (const target of targets) writeFileSync(join(projectDir, target), OLD)
    const entry = (path: string): CatalogEntry => ({ kind: 'file', path })
    const of = graph(
      'saves',
      targets.map((target, i) =>
        step(`save-${i}`, {
          kind: 'save',
          save: target,
          inputs: { x: { from: 'catalog', name: 'source' } },
          inputTypes: { x: { kind: 'file' } },
          // One after the other, so that kills find some done and some not.
          when: i === 0 ? [] : [{ ref: from(`save-${i - 1}`), is: 'not-equal', value: null }],
        }),
      ),
    )
    const catalog = Object.fromEntries([
      ['source', entry('source.txt')],
      ...targets.map((target) => [target, entry(target)]),
    ])
    const whole = digest(source)
    const contents = () => targets.map((target) => readFileSync(join(projectDir, target)))

    let first = await serve(projectDir)
    await deploy(first.client, { ...of, catalog }, 'export {}', projectDir)
    const { id } = await first.client.pipelines.run('saves')
    const seen = new Set<string>()
    // Whoever reads while it is saved sees the old file or the new one as well.
    const sizes = new Set<number>()
    const look = () => {
      for (const target of targets) sizes.add(statSync(join(projectDir, target)).size)
    }
    const looking = setInterval(look, 1)
    onTestFinished(() => clearInterval(looking))
    for (let round = 0; round < KILLS; round++) {
      // Half of the kills come while a file is being written, the others at any moment.
      if (round % 2 === 0) await partialIn(projectDir)
      else await new Promise((resolve) => setTimeout(resolve, rng.integer(150)))
      await first.kill()
      for (const content of contents()) seen.add(content.toString() === OLD ? OLD : digest(content))
      first = await serve(projectDir)
    }
    const { client } = first
    await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 45_000 }).toBe('succeeded')
    expect([...sizes].filter((size) => size !== OLD.length && size !== source.length)).toEqual([])
    expect([...seen].filter((content) => content !== OLD && content !== whole)).toEqual([])
    expect(contents().map(digest)).toEqual(targets.map(() => whole))
    expect(readdirSync(projectDir).filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})
