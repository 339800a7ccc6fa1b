import { globSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifact, Garbage, Run } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regia, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

const PIPELINE = `
import { mkdir, writeFile } from 'node:fs/promises'
import { command, figure, file, folder, html, list, pipeline, step, z } from 'regia'

export const draw = step({
  name: 'draw', in: { n: z.number() }, out: { picture: figure(), pages: folder() },
  run: async ({ n }, { dir }) => {
    await mkdir(dir + '/pages/deep', { recursive: true })
    await writeFile(dir + '/pages/index.html', '<h1>' + n + '</h1>')
    await writeFile(dir + '/pages/deep/same.txt', 'in every one')
    return { picture: { text: '<svg xmlns="http://www.w3.org/2000/svg" id="p' + n + '"/>' }, pages: dir + '/pages' }
  },
})
export const gather = step({
  name: 'gather', in: { pictures: list(file('image/svg+xml')) }, out: { report: html(), count: z.number() },
  run: ({ pictures }) => ({ report: { text: '<p>' + pictures.length + '</p>' }, count: pictures.length }),
})
export const shout = command({
  name: 'shout', in: { count: z.number() }, out: { said: file('text/plain') },
  cmd: ['node', 'shout.mjs', '{in.count}', '{out.said}'], files: ['shout.mjs'],
})
export default pipeline('gallery', { ns: z.array(z.number()) }, (p) => {
  const drawn = draw.map('n', p.ns)
  const { count } = gather({ pictures: drawn.picture })
  return shout({ count })
})
`
const SHOUT = `import { writeFileSync } from 'node:fs'
const [count, out] = process.argv.slice(2)
writeFileSync(out, count + ' PICTURES!')
`

describe('artifacts of real steps', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string }
  let up: Up
  let client: RegiaClient

  beforeAll(async () => {
    folder = await temporaryFolder()
    place = { cwd: folder.dir }
    await mkdir(join(folder.dir, 'pipelines'))
    await writeFile(join(folder.dir, 'pipelines/gallery.ts'), PIPELINE)
    await writeFile(join(folder.dir, 'shout.mjs'), SHOUT)
    up = await regiaUp(place)
    client = createClient({ url: up.url })
  })
  afterAll(async () => {
    await up?.stop()
    await folder.remove()
  })

  const run = (...ns: readonly number[]) =>
    regiaJson<Run>(place, 'run', 'gallery', '--param', `ns=${JSON.stringify(ns)}`)

  /** Every content of a run: of its outputs, the elements of lists, and the files of folders. */
  async function readAll(of: Run): Promise<readonly string[]> {
    const texts: string[] = []
    const read = async (step: string, port: string, { kind, count = 0 }: Pick<Artifact, 'kind' | 'count'>) => {
      texts.push(await (await client.runs.artifact(of.id, step, port)).text())
      for (let index = 0; kind === 'list' && index < count; index++)
        texts.push(await (await client.runs.artifact(of.id, step, port, { index })).text())
      const { files } = kind === 'folder' ? await client.runs.files(of.id, step, port) : { files: [] }
      for (const { path } of files) texts.push(await (await client.runs.artifact(of.id, step, port, { path })).text())
    }
    for (const { step, outputs } of of.steps)
      for (const [port, artifact] of Object.entries(outputs)) await read(step, port, artifact)
    return texts
  }

  it('are read as they were made: elements of lists, files of their folders, pages', async () => {
    const made = await run(1, 2)
    expect(made.status, JSON.stringify(made.error)).toBe('succeeded')
    const picture = await client.runs.artifact(made.id, 'draw', 'picture', { index: 1 })
    expect(picture.headers.get('content-type')).toBe('image/svg+xml')
    expect(picture.headers.get('content-security-policy')).toMatch(/^sandbox/)
    expect(await picture.text()).toContain('id="p2"')
    const page = await client.runs.artifact(made.id, 'draw', 'pages', { index: 0, path: 'index.html' })
    expect([page.headers.get('content-type'), await page.text()]).toEqual(['text/html; charset=utf-8', '<h1>1</h1>'])
    expect(await (await client.runs.artifact(made.id, 'gather', 'report')).text()).toBe('<p>2</p>')
    expect(await (await client.runs.artifact(made.id, 'shout', 'said')).text()).toBe('2 PICTURES!')
  })

  it('stay whole when what only older runs had goes', async () => {
    await run(3, 4, 5)
    const kept = await run(2, 6)
    const before = await readAll(kept)
    // As if all of it had been put yesterday.
    const yesterday = Date.now() / 1000 - 86_400
    for (const path of globSync(join(folder.dir, '.regia/blobs/sha256/*/*'))) await utimes(path, yesterday, yesterday)
    const policy = ['--keep-runs', '1', '--keep-days', '0', '--keep-cache-days', '0', '--apply']
    const done = await regiaJson<Garbage>(place, 'gc', ...policy)
    expect(done.runs).toBe(2)
    expect(done.blobs).toBeGreaterThan(5)
    expect(await readAll(kept)).toEqual(before)
    // The command's files are still there for a run that needs them anew.
    const again = await run(7)
    expect(again.status, JSON.stringify(again.error)).toBe('succeeded')
    expect((await readAll(again)).at(-1)).toBe('1 PICTURES!')
    expect((await regia(place, 'gc')).stdout).toContain('Nothing to take away.')
  })
})
