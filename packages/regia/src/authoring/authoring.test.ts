import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import {
  alertTime,
  defineConfig,
  endpoint,
  figure,
  floatColumn,
  folder,
  html,
  list,
  makeTable,
  markdown,
  monitor,
  retrain,
  rocAuc,
  step,
  stringColumn,
  table,
  tableHandle,
  toRows,
  z,
} from './index.ts'

describe('a step run alone', () => {
  const half = step({
    name: 'half',
    in: { rows: table(), share: z.number().max(1).default(0.5), names: list(z.string()) },
    out: { rows: table(), made: table(), count: z.number(), first: z.string() },
    run: async ({ rows, share, names }, { sql, rng, progress }) => {
      progress({ done: 1, total: 2 })
      const kept = await sql(`SELECT x FROM t WHERE x < ${share} ORDER BY x`, { tables: { t: rows } })
      return {
        rows: kept,
        made: [{ a: 1, b: 'x' }],
        count: (await rows.read()).rowCount,
        first: names[0] + String(rng.next() < 1),
      }
    },
  })

  it('takes tables from memory, parses values and gives tables and values back', async () => {
    const rows = makeTable({ x: floatColumn([0.7, 0.2, 0.4]) })
    const seen: unknown[] = []
    const result = await half.run({ rows, share: 0.5, names: ['a'] }, { progress: (progress) => seen.push(progress) })
    expect(toRows(await result.rows.read())).toEqual([{ x: 0.2 }, { x: 0.4 }])
    expect(toRows(await result.made.read(['b']))).toEqual([{ b: 'x' }])
    expect(result).toMatchObject({ count: 3, first: 'atrue' })
    expect(seen).toEqual([{ done: 1, total: 2 }])
    await expect(half.run({ rows: tableHandle(rows), share: 2, names: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      where: 'input "share" of step "half"',
    })
  })
})

describe('texts as files', () => {
  it('are written into the attempt’s own folder; other outputs stay as they are', async () => {
    const report = step({
      name: 'report',
      in: { title: z.string() },
      out: {
        note: markdown(),
        page: html(),
        curve: figure('image/png'),
        pages: folder(),
        n: z.object({ text: z.string() }),
      },
      run: ({ title }, { dir }) => ({
        note: { text: `# ${title}` },
        page: { text: '' },
        curve: 'a.png',
        pages: dir,
        n: { text: 'x' },
      }),
    })
    const { note, page, curve, pages, n } = await report.run({ title: 'Quality' })
    expect(await readFile(note.path, 'utf8')).toBe('# Quality')
    expect(await readFile(page.path, 'utf8')).toBe('')
    expect(dirname(note.path)).toBe(pages.path)
    expect([curve, n]).toEqual([{ path: 'a.png' }, { text: 'x' }])
  })
})

describe('declarations', () => {
  it('are parsed where they stand, with defaults', () => {
    expect(
      endpoint({ name: 'e', stable: 'm@champion', shadow: { model: 'm@challenger' } }).spec.shadow?.rule,
    ).toMatchObject({
      minimumDifference: -0.002,
      automatic: true,
    })
    const action = retrain('p', { cooldown: '7d', params: { until: alertTime({ minus: '2d', as: 'date' }) } })
    expect(monitor({ name: 'm', endpoint: 'e', actions: [action] }).spec).toMatchObject({
      window: '1d',
      drift: { falseAlarmRate: 0.05 },
      actions: [{ kind: 'retrain', pipeline: 'p', params: { until: { alertTime: { minus: '2d', as: 'date' } } } }],
    })
    expect(defineConfig({ name: 'flights' })).toMatchObject({
      name: 'flights',
      entries: expect.any(Array),
    })
  })

  it('say field and line when they are wrong', () => {
    const wrong = () => monitor({ name: 'm', endpoint: 'e', window: 'daily' })
    expect(wrong).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('window'),
        where: expect.stringMatching(/authoring\.test\.ts:\d+$/),
      }),
    )
  })
})

describe('table', () => {
  it('fills in what a schema leaves out and says where one is wrong', () => {
    const schema = { columns: [{ name: 'id', type: 'int', oneOf: ['1'] }] } as const
    expect(table(schema).schema).toEqual({
      strict: false,
      columns: [{ name: 'id', type: 'int', nullable: false, oneOf: ['1'] }],
    })
    expect(() => table({ columns: [] })).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID', where: expect.stringMatching(/authoring\.test\.ts:\d+$/) }),
    )
  })
})

describe('rocAuc', () => {
  const rows = makeTable({ late: stringColumn(['no', 'no', 'yes', 'yes', null]), x: floatColumn([1, 2, 3, 4, 5]) })

  it('matches the example of scikit-learn’s roc_auc_score, and leaves out rows without a label', () => {
    expect(rocAuc([0.1, 0.4, 0.35, 0.8, 0.9], rows, 'late')).toBe(0.75)
    expect(rocAuc([0.1, 0.4, 0.35, 0.8, 0.9], rows, 'late', 'no')).toBe(0.25)
  })

  it('refuses other lengths and a single class', () => {
    expect(() => rocAuc([1], rows, 'late')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(() => rocAuc([1, 2, 3, 4, 5], rows, 'late', 'maybe')).toThrow(
      expect.objectContaining({ code: 'DATA_EMPTY' }),
    )
  })
})

describe('import of regia', () => {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
  })

  it('loads no server, database, bundler or model runtime', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'regia-import-'))
    folders.push(folder)
    const hooks = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
      await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)})
      console.log(JSON.stringify(seen))`
    await writeFile(join(folder, 'probe.mjs'), hooks)
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', join(folder, 'probe.mjs')])
    const loaded: string[] = JSON.parse(stdout)
    expect(loaded.length).toBeGreaterThan(10)
    const heavy = /packages\/(?:server|engine)\/|duckdb|onnxruntime|fastify|esbuild|better-sqlite3|commander/
    expect(loaded.filter((url) => heavy.test(url))).toEqual([])
  })
})
