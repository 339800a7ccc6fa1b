import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page, Run, RunSummary, Schedule } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regiaFailure, regiaJson, regiaUp, temporaryFolder } from './regia-command.ts'

const FILES = {
  'regia.config.ts': `
import { defineConfig } from 'regia'
export default defineConfig({ name: 'science', environments: { prod: {} } })
`,
  'data/small.csv': 'id,x\n1,0.5\n2,0.7\n3,0.2\n',
  'data/large.csv': `id,x\n${Array.from({ length: 50 }, (_, id) => `${id},${id / 50}`).join('\n')}\n`,
  'steps.ts': `
import { list, step, table, z } from 'regia'

export const clean = step({
  name: 'clean', in: { raw: table(), least: z.number() }, out: { rows: table(), count: z.number() },
  run: async ({ raw, least }, { sql }) => {
    const rows = await sql('SELECT * FROM raw WHERE x >= ' + least + ' ORDER BY id', { tables: { raw } })
    return { rows, count: rows.rowCount }
  },
})
export const summarize = step({
  name: 'summarize', in: { rows: table(), power: z.number().default(1) }, out: { sum: z.number(), note: z.string() },
  run: async ({ rows, power }, { sql }) => {
    const { x } = (await (await sql('SELECT coalesce(sum(x ** ' + power + '), 0) AS x FROM rows', { tables: { rows } })).read()).columns
    return { sum: Number(x!.values[0]), note: 'p' + power }
  },
})
export const add = step({
  name: 'add', in: { sums: list(z.number()), all: z.array(z.number()), notes: list(z.string()) }, out: { total: z.number(), notes: z.string() },
  run: ({ sums, all, notes }) => ({
    total: sums.reduce((total, each) => total + each, 0),
    notes: notes.join(' ') + ' ' + all.length,
  }),
})
`,
  'pipelines/science.ts': `
import { catalog, command, entry, json, table, z } from 'regia'
import { clean, summarize } from '../steps.ts'

const count = command({
  name: 'count', in: { rows: table() }, out: { lines: json(z.number()) },
  cmd: ['node', 'count.mjs', '{in.rows:csv}', '{out.lines}'], files: ['*.mjs'],
})
const c = catalog({
  raw: entry.csv({ path: 'data/small.csv' }),
  kept: entry.parquet({ path: 'out/kept.parquet' }),
  summary: entry.json({ path: 'out/summary.json', schema: z.number() }),
  least: entry.param(z.number(), 0.3),
}, { environments: { prod: { raw: entry.csv({ path: 'data/large.csv' }), least: 0.5, summary: entry.json({ path: 'out/prod.json', schema: z.number() }) } } })

export default c.flow('science', [
  c.node(count, { in: { rows: 'kept' }, out: { lines: 'lines' } }),
  c.node(summarize, { in: { rows: 'kept' }, out: { sum: 'summary' } }),
  c.node(clean, { in: { raw: 'raw', least: 'least' }, out: { rows: 'kept' } }),
])
`,
  'count.mjs': `
import { readFileSync, writeFileSync } from 'node:fs'
const [from, to] = process.argv.slice(2)
writeFileSync(to, String(readFileSync(from, 'utf8').trim().split('\\n').length - 1))
`,
  'pipelines/shapes.ts': `
import { atLeast, dataset, field, figure, folder, markdown, pipeline, rowsOf, step, when, z } from 'regia'
import { add, clean, summarize } from '../steps.ts'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const files = step({
  name: 'files', in: {}, out: { pages: folder(), note: markdown(), curve: figure() },
  run: (_, { dir }) => {
    mkdirSync(dir + '/pages/deep', { recursive: true })
    writeFileSync(dir + '/pages/deep/a.txt', 'a')
    return { pages: dir + '/pages', note: { text: '# Note' }, curve: { text: '<svg/>' } }
  },
})
const look = step({
  name: 'look', in: { pages: folder(), note: markdown() }, out: { text: z.string() },
  run: ({ pages, note }) => ({ text: readFileSync(pages.path + '/deep/a.txt', 'utf8') + readFileSync(note.path, 'utf8') + note.mediaType }),
})
const ladder = step({
  name: 'ladder', in: {}, out: { rungs: z.object({ powers: z.array(z.number()), best: z.object({ power: z.number() }) }) },
  run: () => ({ rungs: { powers: [4, 5], best: { power: 7 } } }),
})
const prepare = pipeline('prepare', { least: z.number().default(0) }, (p) => clean({ raw: dataset('points'), least: p.least }))

export default pipeline('shapes', { powers: z.array(z.number()).default([1, 2, 3]) }, (p) => {
  const { rows, count } = prepare({})
  const sums = summarize.map('power', p.powers, { rows }, { concurrency: 2 })
  add({ sums: sums.sum, all: sums.sum, notes: sums.note })
  const parts = clean.map('raw', rowsOf(rows, { size: 20 }), { least: 0.5 })
  const partSums = summarize.map('rows', parts.rows)
  const chosen = when(atLeast(count, 40), () => add({ sums: partSums.sum, all: [], notes: partSums.note }), () => add({ sums: p.powers, all: p.powers, notes: ['few'] }))
  const { pages, note } = files({})
  look({ pages, note })
  summarize({ rows, power: chosen.total })
  const { rungs } = ladder({})
  const powers = field(rungs, 'powers')
  const high = summarize.map('power', powers, { rows })
  when(atLeast(field(rungs, 'best', 'power'), 7), () => add({ sums: powers, all: powers, notes: high.note }))
})
`,
  'schedules/nightly.ts': `
import { cron, schedule } from 'regia'
import shapes from '../pipelines/shapes.ts'
export default schedule({ name: 'nightly', pipeline: shapes, when: cron('0 2 * * *', { timezone: 'Europe/Rome' }), params: { powers: [2] } })
`,
}

const valuesOf = (run: Run) =>
  Object.fromEntries(
    run.steps.flatMap(({ step, outputs }) =>
      Object.entries(outputs)
        .filter(([, { kind }]) => kind === 'value')
        .map(([name, { value }]) => [`${step}.${name}`, value]),
    ),
  )

describe('what an author writes', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string }

  beforeAll(async () => {
    folder = await temporaryFolder()
    place = { cwd: folder.dir }
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder.dir, name)), { recursive: true })
      await writeFile(join(folder.dir, name), text)
    }
  })
  afterAll(() => folder.remove())

  it('runs as nodes over a catalog, in the base and in an environment', async () => {
    const run = await regiaJson<Run>(place, 'run', 'science')
    expect(run.status).toBe('succeeded')
    expect(valuesOf(run)).toMatchObject({ 'count.lines': 2, 'summarize.sum': 1.2 })
    expect(JSON.parse(await readFile(join(folder.dir, 'out/summary.json'), 'utf8'))).toBe(1.2)
    const prod = await regiaJson<Run>(place, 'run', 'science', '--env', 'prod')
    expect(prod).toMatchObject({
      status: 'succeeded',
      graph: { environment: 'prod', params: { least: { default: 0.5 } } },
    })
    expect(valuesOf(prod)).toMatchObject({ 'count.lines': 25 })
    expect(JSON.parse(await readFile(join(folder.dir, 'out/prod.json'), 'utf8'))).toBeCloseTo(18.5, 9)
  })

  it('runs as functions: pipelines in pipelines, maps over values, rows and what maps made, arms, files', async () => {
    await regiaJson(place, 'data', 'add', 'data/large.csv', '--name', 'points')
    const run = await regiaJson<Run>(place, 'run', 'shapes')
    expect(run.status).toBe('succeeded')
    const x = Array.from({ length: 50 }, (_, id) => id / 50)
    const sum = (power: number, from = 0) =>
      x.filter((each) => each >= from).reduce((total, each) => total + each ** power, 0)
    const values = valuesOf(run)
    expect(values['add.total']).toBeCloseTo(sum(1) + sum(2) + sum(3), 9)
    expect(values['add.notes']).toBe('p1 p2 p3 3')
    expect(values['add-2.total']).toBeCloseTo(sum(1, 0.5), 9)
    expect(values['look.text']).toBe('a# Notetext/markdown')
    expect(run.steps.find(({ step }) => step === 'add-3')?.status).toBe('skipped')
    expect(values['summarize-3.note']).toBe(`p${values['add-2.total']}`)
    expect(values).toMatchObject({ 'add-4.total': 9, 'add-4.notes': 'p4 p5 2' })
    expect(run.graph.steps.find(({ id }) => id === 'prepare.clean')?.group).toBe('prepare')
  })

  it('is applied with its schedules', async () => {
    const up = await regiaUp(place)
    try {
      const { changes } = await regiaJson<{ changes: readonly object[] }>(place, 'apply')
      expect(changes).toEqual([{ kind: 'schedule', name: 'nightly', action: 'create', fields: [] }])
      const again = await regiaJson<{ changes: readonly object[] }>(place, 'apply')
      expect(again.changes).toMatchObject([{ name: 'nightly', action: 'keep' }])
      const page: Page<Schedule> = await (await fetch(`${up.url}/api/v1/schedules`)).json()
      expect(page.items).toMatchObject([
        { pipeline: 'shapes', params: { powers: [2] }, when: { timezone: 'Europe/Rome' } },
      ])
    } finally {
      await up.stop()
    }
  })

  it('is refused with the line that is wrong', async () => {
    await writeFile(
      join(folder.dir, 'pipelines/wrong.ts'),
      `import { dataset, pipeline } from 'regia'
import { clean, summarize } from '../steps.ts'
export default pipeline('wrong', {}, () => {
  const rows: any = dataset('points')
  summarize.map('rows', rows)
})
`,
    )
    const { error } = await regiaFailure(place, 'run', 'wrong')
    expect(error).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: 'Input "rows" of step "summarize" takes a list of tables; got one table.',
      where: 'pipelines/wrong.ts:5',
      hint: expect.stringContaining('rowsOf'),
    })
    const { items }: Page<RunSummary> = await regiaJson(place, 'runs', 'list')
    expect(items.every(({ pipeline }) => pipeline !== 'wrong')).toBe(true)
  })
})
