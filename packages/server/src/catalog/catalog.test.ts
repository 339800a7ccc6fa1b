import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CatalogEntry } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { startServer, type TestServer } from '../../test/start-server.ts'

const VALUE = { kind: 'value', schema: {} } as const
const ROWS = 'id,city\n1,Oslo\n2,Rome\n3,Oslo\n'

/** A pipeline whose step "load" reads every entry. */
async function deployed(test: TestServer, catalog: Readonly<Record<string, CatalogEntry>>, environment?: string) {
  const names = Object.keys(catalog)
  const inputs = Object.fromEntries(names.map((name) => [name, { from: 'catalog', name } as const]))
  const kinds = { table: 'table', dataset: 'table', file: 'file', model: 'model' } as const
  const typeOf = ({ kind }: CatalogEntry) => (kind === 'json' ? VALUE : { kind: kinds[kind] })
  const inputTypes = Object.fromEntries(names.map((name) => [name, typeOf(catalog[name]!)]))
  const of = graph('cities', [step('load', { inputs, inputTypes })])
  await deploy(
    test.client,
    { ...of, catalog, ...(environment !== undefined && { environment }) },
    'export {}',
    test.projectDir,
  )
}

function projectFile({ projectDir }: TestServer, path: string, text: string): string {
  const full = join(projectDir, path)
  mkdirSync(join(full, '..'), { recursive: true })
  writeFileSync(full, text)
  return full
}

const table = (path: string, more: object = {}): CatalogEntry => ({ kind: 'table', path, format: 'csv', ...more })

describe('the catalog of a pipeline', () => {
  it('says what each entry holds, who reads it and what is missing', async () => {
    const test = await startServer()
    projectFile(test, 'data/cities.csv', ROWS)
    projectFile(test, 'settings.json', '{ "trees": 20 }')
    await test.client.datasets.ingest('cities', { path: 'data/cities.csv' })
    await deployed(test, {
      cities: table('data/cities.csv'),
      gone: table('data/gone.csv'),
      kept: { kind: 'dataset', dataset: 'cities' },
      nothing: { kind: 'model', model: 'cities', version: 'champion' },
      settings: { kind: 'json', path: 'settings.json' },
    })
    const { entries } = await test.client.pipelines.catalog('cities')
    expect(entries.map(({ name, state }) => [name, state])).toEqual([
      ['cities', 'there'],
      ['gone', 'missing'],
      ['kept', 'there'],
      ['nothing', 'missing'],
      ['settings', 'there'],
    ])
    expect(entries[0]).toMatchObject({ sizeBytes: ROWS.length, readBy: ['load'], savedBy: [] })
    expect(entries[1]!.problem).toContain('data/gone.csv')
    expect(entries[2]).toMatchObject({ version: 1, rowCount: 3 })
  })

  it('previews rows, values and text', async () => {
    const test = await startServer()
    projectFile(test, 'cities.csv', ROWS)
    projectFile(test, 'notes.txt', 'Grüße')
    projectFile(test, 'image.bin', 'a\u0000b')
    projectFile(test, 'settings.json', '{ "trees": 20 }')
    await deployed(test, {
      cities: table('cities.csv'),
      notes: { kind: 'file', path: 'notes.txt' },
      image: { kind: 'file', path: 'image.bin' },
      settings: { kind: 'json', path: 'settings.json' },
    })
    const preview = (name: string) => test.client.pipelines.previewCatalog('cities', name, { limit: 2 })
    expect(await preview('cities')).toEqual({
      columns: [
        { name: 'id', type: 'int' },
        { name: 'city', type: 'string' },
      ],
      rows: [
        { id: 1, city: 'Oslo' },
        { id: 2, city: 'Rome' },
      ],
      rowCount: 3,
    })
    expect(await preview('notes')).toEqual({ text: 'Grüße' })
    expect(await preview('image')).toEqual({})
    expect(await preview('settings')).toEqual({ value: { trees: 20 } })
    await expect(preview('citys')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Did you mean "cities"?' })
  })

  it('reads nothing outside of the project, whatever leads there', async () => {
    const test = await startServer()
    const elsewhere = mkdtempSync(join(tmpdir(), 'regia-elsewhere-'))
    onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }))
    writeFileSync(join(elsewhere, 'secret.csv'), ROWS)
    symlinkSync(elsewhere, join(test.projectDir, 'linked'))
    await deployed(test, {
      absolute: table(join(elsewhere, 'secret.csv')),
      dots: table('../../etc/hostname'),
      link: table('linked/secret.csv'),
    })
    for (const name of ['absolute', 'dots', 'link']) {
      await expect(test.client.pipelines.previewCatalog('cities', name)).rejects.toMatchObject({
        code: 'PATH_OUTSIDE_ROOT',
        message: expect.stringContaining(`Catalog entry "${name}"`),
      })
    }
    const { entries } = await test.client.pipelines.catalog('cities')
    expect(entries.map(({ state }) => state)).toEqual(['unreadable', 'unreadable', 'unreadable'])
  })

  it('names entry, path and environment of what is wrong', async () => {
    const test = await startServer()
    projectFile(test, 'broken.json', '{ "trees": ')
    projectFile(test, 'trees.json', '{ "trees": "many" }')
    const schema = { type: 'object', properties: { trees: { type: 'integer' } }, required: ['trees'] }
    await deployed(
      test,
      { broken: { kind: 'json', path: 'broken.json' }, trees: { kind: 'json', path: 'trees.json', schema } },
      'prod',
    )
    await expect(test.client.pipelines.previewCatalog('cities', 'broken')).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('Catalog entry "broken" in the environment "prod": "broken.json" is no JSON'),
    })
    await expect(test.client.pipelines.previewCatalog('cities', 'trees')).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATED',
      message: expect.stringContaining('trees: '),
    })
  })

  it('sees a file that grows at once', async () => {
    const test = await startServer()
    const path = projectFile(test, 'cities.csv', ROWS)
    await deployed(test, { cities: table('cities.csv') })
    const count = async () => (await test.client.pipelines.previewCatalog('cities', 'cities')).rowCount
    expect(await count()).toBe(3)
    appendFileSync(path, '4,Bern\n')
    expect(await count()).toBe(4)
  })
})
