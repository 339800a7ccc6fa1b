import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { folderManifestSchema, type GraphStep } from '@regia/core'
import { afterEach, describe, expect, it } from 'vitest'
import { hashBytes } from '../blobs/index.ts'
import { bundleEntry, type Discovery, discover } from './index.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'regia-code-files-'))
  folders.push(dir)
  for (const [name, text] of Object.entries(files)) await write(dir, name, text)
  return dir
}

async function write(dir: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, name)), { recursive: true })
  await writeFile(join(dir, name), text)
}

const discovered = async (dir: string): Promise<Discovery> => discover(await bundleEntry('pipelines/p.ts', dir))

async function codeOf(dir: string): Promise<Record<string, Pick<GraphStep, 'codeDigest' | 'codeFiles'>>> {
  const { pipelines } = await discovered(dir)
  return Object.fromEntries(pipelines[0]!.steps.map(({ id, codeDigest, codeFiles }) => [id, { codeDigest, codeFiles }]))
}

const CODE = {
  'pipelines/p.ts': `
import { pipeline, step, z } from 'regia'
import limits from '../lib/limits.json'
import { clean } from '../lib/clean.ts'
import { score } from '../lib/score.ts'
import type { Row } from '../lib/types.ts'

export const prepare = step({
  name: 'prepare',
  in: { n: z.number() },
  out: { n: z.number() },
  run: ({ n }) => ({ n: clean(n) }),
})

export const rate = step({
  name: 'rate',
  in: { n: z.number() },
  out: { n: z.number() },
  run: ({ n }) => {
    const row: Row = { n }
    return { n: Math.min(score(row.n), limits.highest) }
  },
})

export default pipeline('p', { n: z.number().default(1) }, (p) => rate({ n: prepare({ n: p.n }).n }))
`,
  'lib/clean.ts': "import { round } from './round.ts'\nexport const clean = (n: number): number => round(n) + 1\n",
  'lib/round.ts':
    'export const round = (n: number): number => Math.round(n)\nexport const floor = (n: number): number => Math.floor(n)\n',
  'lib/score.ts': "import { floor } from './round.ts'\nexport const score = (n: number): number => floor(n) * 2\n",
  'lib/types.ts': 'export type Row = { readonly n: number }\n',
  'lib/limits.json': '{ "highest": 10 }',
  'lib/unused.ts': 'export const unused = 1\n',
}

describe('codeFiles', () => {
  it('are the files that a step’s code reaches, and no others', async () => {
    const { prepare, rate } = await codeOf(await project(CODE))
    expect(Object.keys(prepare!.codeFiles!)).toEqual(['lib/clean.ts', 'lib/round.ts', 'pipelines/p.ts'])
    expect(Object.keys(rate!.codeFiles!)).toEqual(['lib/limits.json', 'lib/round.ts', 'lib/score.ts', 'pipelines/p.ts'])
  })

  it('name the helper that changed, through another file, for the steps that use it', async () => {
    const dir = await project(CODE)
    const before = await codeOf(dir)
    await write(dir, 'lib/round.ts', CODE['lib/round.ts'].replace('Math.round(n)', 'Math.round(n * 10) / 10'))
    const after = await codeOf(dir)
    expect(after.rate).toEqual(before.rate)
    expect(after.prepare!.codeDigest).not.toBe(before.prepare!.codeDigest)
    expect(changedFiles(before.prepare!.codeFiles!, after.prepare!.codeFiles!)).toEqual(['lib/round.ts'])
  })

  it('name a JSON file that changed', async () => {
    const dir = await project(CODE)
    const before = await codeOf(dir)
    await write(dir, 'lib/limits.json', '{ "highest": 11 }')
    const after = await codeOf(dir)
    expect(after.prepare).toEqual(before.prepare)
    expect(changedFiles(before.rate!.codeFiles!, after.rate!.codeFiles!)).toEqual(['lib/limits.json'])
  })

  it.each([
    ['a comment', 'lib/clean.ts', (text: string) => text.replace('round(n) + 1', '/* up */ round(n) + 1 // one')],
    [
      'a comment inside a step',
      'pipelines/p.ts',
      (text: string) => text.replace('const row', '// a word\n    const row'),
    ],
    ['a line break', 'lib/clean.ts', (text: string) => text.replace('(n: number)', '(\n  n: number,\n)')],
    [
      'an object on several lines',
      'pipelines/p.ts',
      (text: string) => text.replace('{ n: clean(n) }', '{\n n: clean(n),\n}'),
    ],
    ['an export that nobody uses', 'lib/round.ts', (text: string) => `${text}export const ceil = Math.ceil\n`],
    ['a type', 'lib/types.ts', (text: string) => text.replace('n: number', 'n: number; readonly m?: number')],
    ['a file that nobody uses', 'lib/unused.ts', () => 'export const unused = 2\n'],
    ['another default of a parameter', 'pipelines/p.ts', (text: string) => text.replace('default(1)', 'default(2)')],
  ])('do not change with %s', async (_, file, edit) => {
    const dir = await project(CODE)
    const before = await codeOf(dir)
    const text = await readFile(join(dir, file), 'utf8')
    expect(edit(text)).not.toBe(text)
    await write(dir, file, edit(text))
    expect(await codeOf(dir)).toEqual(before)
  })

  it('do not depend on catalogs, flows, commands and what else is declared beside a step', async () => {
    const dir = await project(CODE)
    const before = await codeOf(dir)
    await appendFile(
      join(dir, 'pipelines/p.ts'),
      `
import { approve, catalog, command, cron, endpoint, entry, notebook, schedule, table } from 'regia'
const c = catalog({ n: entry.param(z.number(), 3), rows: entry.csv({ path: 'rows.csv' }) })
const count = command({ name: 'count', in: { rows: table() }, out: { n: z.number() }, cmd: ['wc', '{in.rows}', '{out.n}'] })
export const flow = c.flow('flow', [c.node(rate, { in: { n: 'n' } }), c.node(count, { in: { rows: 'rows' } })])
export const nightly = schedule({ name: 'nightly', pipeline: 'p', when: cron('0 2 * * *') })
export const web = endpoint({ name: 'web', stable: 'm@champion' })
`,
    )
    const after = await codeOf(dir)
    expect(after.prepare).toEqual(before.prepare)
    expect(after.rate).toEqual(before.rate)
  })
})

const PROGRAM = {
  'pipelines/p.ts': `
import { command, notebook, pipeline, z } from 'regia'
const train = command({
  name: 'train', in: { depth: z.number().default(3), note: z.string().optional() }, out: { n: z.number() },
  cmd: ['python3', 'train.py', '{in.depth}', '{in.note}', '{out.n}'], files: ['train.py', 'features/**/*.py'],
})
const report = notebook({ name: 'report', path: 'notebooks/report.ipynb' })
const bare = command({ name: 'bare', cmd: ['true'] })
export default pipeline('p', {}, () => {
  train({})
  report({})
  bare({})
})
`,
  'train.py': 'print(1)\n',
  'features/a.py': 'a = 1\n',
  'features/deep/b.py': 'b = 1\n',
  'features/notes.txt': 'nothing\n',
  'features/__pycache__/a.py': 'compiled\n',
  'notebooks/report.ipynb': '{"cells": []}',
}

describe('the files of a program', () => {
  it('are those that its globs name, kept as a folder', async () => {
    const dir = await project(PROGRAM)
    const { pipelines, blobs } = await discovered(dir)
    const [train, report, bare] = pipelines[0]!.steps
    expect(train!.codeFiles).toEqual({
      'features/a.py': hashBytes(Buffer.from('a = 1\n')),
      'features/deep/b.py': hashBytes(Buffer.from('b = 1\n')),
      'train.py': hashBytes(Buffer.from('print(1)\n')),
    })
    const stored = new Map(await Promise.all(blobs.map(async ({ digest, read }) => [digest, await read()] as const)))
    for (const [digest, bytes] of stored) expect(hashBytes(bytes)).toBe(digest)
    const { files } = folderManifestSchema.parse(
      JSON.parse(Buffer.from(stored.get(train!.command!.files!)!).toString()),
    )
    expect(files.map(({ path }) => path)).toEqual(['features/a.py', 'features/deep/b.py', 'train.py'])
    for (const { digest, sizeBytes } of files) expect(stored.get(digest)?.byteLength).toBe(sizeBytes)
    expect(report).toMatchObject({
      kind: 'notebook',
      command: { argv: ['python3'], notebook: 'notebooks/report.ipynb' },
    })
    expect(Object.keys(report!.codeFiles!)).toEqual(['notebooks/report.ipynb'])
    expect(bare!.command).toEqual({ argv: ['true'] })
  })

  it('give inputs that are left out their defaults', async () => {
    const { pipelines } = await discovered(await project(PROGRAM))
    expect(pipelines[0]!.steps[0]!.inputs).toEqual({
      depth: { from: 'value', value: 3 },
      note: { from: 'value', value: null },
    })
  })

  it('and its arguments are its code', async () => {
    const dir = await project(PROGRAM)
    const before = await codeOf(dir)
    await write(dir, 'features/notes.txt', 'something\n')
    await write(dir, 'features/__pycache__/a.py', 'again\n')
    expect(await codeOf(dir)).toEqual(before)
    await write(dir, 'features/deep/b.py', 'b = 2\n')
    const edited = await codeOf(dir)
    expect(changedFiles(before.train!.codeFiles!, edited.train!.codeFiles!)).toEqual(['features/deep/b.py'])
    expect(edited.train!.codeDigest).not.toBe(before.train!.codeDigest)
    expect(edited.report).toEqual(before.report)
    await write(dir, 'pipelines/p.ts', PROGRAM['pipelines/p.ts'].replace("'train.py', '{in", "'train.py', '-v', '{in"))
    const reworded = await codeOf(dir)
    expect(reworded.train!.codeFiles).toEqual(edited.train!.codeFiles)
    expect(reworded.train!.codeDigest).not.toBe(edited.train!.codeDigest)
  })

  it.each([
    ['nothing', 'lost.py', 'No file of the project is named "lost.py".'],
    ['what is outside', '../**/*.py', '"../**/*.py" leads outside of the project.'],
  ])('that lead to %s are refused with the author’s line', async (_, glob, message) => {
    const dir = await project(PROGRAM)
    await write(dir, 'pipelines/p.ts', PROGRAM['pipelines/p.ts'].replace("'features/**/*.py'", `'${glob}'`))
    await expect(discovered(dir)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      message,
      where: expect.stringMatching(/^pipelines\/p\.ts:\d+$/),
    })
  })

  it('may be links to files', async () => {
    const dir = await project(PROGRAM)
    await symlink(join(dir, 'train.py'), join(dir, 'features/linked.py'))
    expect(Object.keys((await codeOf(dir)).train!.codeFiles!)).toContain('features/linked.py')
  })
})

const changedFiles = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] =>
  Object.keys({ ...before, ...after }).filter((file) => before[file] !== after[file])
