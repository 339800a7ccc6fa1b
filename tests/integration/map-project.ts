import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './regia-command.ts'

/** Every kind of thing that a map can be over and can make, and a ledger of when each element begins. */
const WIDE = `
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { file, folder, list, partitionsOf, pipeline, rowsOf, step, table, z } from 'regia'

const orders = step({
  name: 'orders', in: {}, out: { orders: table() },
  run: (_, { sql }) => sql("SELECT i AS id, ['north', 'east', NULL][1 + i % 3] AS town FROM range(10) r(i)").then((orders) => ({ orders })),
})
const count = step({
  name: 'count', in: { part: table() }, out: { rows: z.array(z.number()), part: table() },
  run: async ({ part }) => ({ rows: Array.from((await part.read(['id'])).columns.id.values), part }),
})
const write = step({
  name: 'write', in: { name: z.string() }, out: { text: file('text/plain'), site: folder() },
  run: ({ name }, { dir }) => {
    writeFileSync(join(dir, name), 'I am ' + name)
    mkdirSync(join(dir, 'site', name), { recursive: true })
    writeFileSync(join(dir, 'site', name, 'index.html'), '<h1>' + name)
    return { text: join(dir, name), site: join(dir, 'site') }
  },
})
const read = step({
  name: 'read', in: { texts: list(file()), sites: list(folder()) }, out: { texts: z.array(z.string()), pages: z.array(z.string()) },
  run: ({ texts, sites }) => ({
    texts: texts.map(({ path, mediaType }) => mediaType + ': ' + readFileSync(path, 'utf8')),
    pages: sites.flatMap(({ path }) => readdirSync(path, { recursive: true }).map(String)).filter((name) => name.endsWith('html')),
  }),
})
const together = step({
  name: 'together', in: { parts: list(table()), rows: list(z.array(z.number())) }, out: { total: z.number(), rows: z.array(z.array(z.number())) },
  run: ({ parts, rows }) => ({ total: parts.reduce((sum, { rowCount }) => sum + rowCount, 0), rows: [...rows] }),
})

export const kinds = pipeline('kinds', { names: z.array(z.string()).default(['b', 'a', 'c']) }, (p) => {
  const all = orders({}).orders
  const byRows = count.map('part', rowsOf(all, { size: 4 }))
  const byTown = count.map('part', partitionsOf(all, { column: 'town' }))
  together({ parts: byRows.part, rows: byRows.rows })
  together({ parts: byTown.part, rows: byTown.rows })
  const again = count.map('part', byTown.part)
  together({ parts: again.part, rows: again.rows })
  const { text, site } = write.map('name', p.names)
  read({ texts: text, sites: site })
})

const note = step({
  name: 'note', in: { n: z.number(), ledger: z.string() }, out: { n: z.number() }, resources: { cpu: 0.25, memoryMb: 128 },
  run: async ({ n, ledger }) => {
    appendFileSync(ledger, n + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 30))
    return { n: 2 * n }
  },
})
const sum = step({
  name: 'sum', in: { parts: list(z.number()) }, out: { sum: z.number() },
  run: ({ parts }) => ({ sum: parts.reduce((a, b) => a + b, 0) }),
})
export const ledger = pipeline('ledger', { ledger: z.string(), numbers: z.array(z.number()) }, (p) => {
  sum({ parts: note.map('n', p.numbers, { ledger: p.ledger }).n })
})

const flaky = step({
  name: 'flaky', in: { n: z.number(), broken: z.string() }, out: { n: z.number() },
  run: ({ n, broken }) => {
    console.log('looking at ' + n)
    if (n > 5 && readFileSync(broken, 'utf8') === 'yes') throw new Error(n + ' is too much')
    return { n: 2 * n }
  },
})
export const fragile = pipeline('fragile', { numbers: z.array(z.number()), broken: z.string() }, (p) => {
  sum({ parts: flaky.map('n', p.numbers, { broken: p.broken }, { minimumSuccess: 0.9, concurrency: 1 }).n })
})
`

/** A project of the pipelines `kinds`, `ledger` and `fragile`. */
export async function mapProject(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder()
  await mkdir(join(folder.dir, 'pipelines'))
  await writeFile(join(folder.dir, 'pipelines/wide.ts'), WIDE)
  return folder
}
