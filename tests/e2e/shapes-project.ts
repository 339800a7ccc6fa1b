import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Place, regiaJson } from '../integration/regia-command.ts'

/** Every shape of a pipeline in one: a sub-pipeline, a mapped step, a program, a condition, a question to a person, artifacts of many kinds. */
const SHAPES = `
import { access } from 'node:fs/promises'
import { approve, command, file, floatColumn, folder, html, list, makeTable, markdown, pipeline, step, table, when, z } from 'regia'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const count = step({
  name: 'count', in: { most: z.number().int().min(1).max(10_000) }, out: { numbers: z.array(z.number()), rows: table() }, tags: ['data'],
  description: 'Counts from nought.',
  run: ({ most }) => {
    console.log('counting to ' + most)
    const numbers = Array.from({ length: most }, (_, i) => i)
    return { numbers, rows: makeTable({ number: floatColumn(numbers) }) }
  },
})
const square = step({
  name: 'square', in: { x: z.number(), power: z.number() }, out: { y: z.number() }, tags: ['work'],
  run: async ({ x, power }) => {
    if (x === 13) { console.error('thirteen is refused'); throw new Error('thirteen is refused') }
    console.log('raising ' + x)
    await new Promise((resolve) => setTimeout(resolve, (x % 5) * 4))
    return { y: x ** power }
  },
})
const total = step({
  name: 'total', in: { ys: list(z.number()) }, out: { total: z.number() }, tags: ['work'],
  run: ({ ys }, ctx) => {
    const total = ys.reduce((sum, y) => sum + y, 0)
    ctx.metric('total', total)
    return { total }
  },
})
const report = step({
  name: 'report', in: { total: z.number() },
  out: { note: markdown(), page: html(), plots: folder() }, tags: ['report'],
  run: async ({ total }, ctx) => {
    const plots = join(ctx.dir, 'plots')
    await mkdir(join(plots, 'more'), { recursive: true })
    await writeFile(join(plots, 'curve.svg'), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 4"><path d="M0 4 9 0" stroke="black"/></svg>')
    await writeFile(join(plots, 'more', 'words.txt'), 'words in a file')
    return { note: { text: '# The total\\n\\nIt is **' + total + '** <b>really</b>.' }, page: { text: '<h1>Total ' + total + '</h1>' }, plots }
  },
})
const copy = command({ name: 'copy', in: { note: markdown() }, out: { copy: file('text/plain') }, cmd: ['cp', '{in.note}', '{out.copy}'] })
const fragile = step({
  name: 'fragile', in: { total: z.number(), marker: z.string() }, out: { done: z.boolean() }, cache: false,
  run: async ({ marker }) => {
    if (marker !== '') await access(marker)
    return { done: true }
  },
})
const publish = step({ name: 'publish', in: { copy: file('text/plain') }, out: { published: z.boolean() }, cache: false, run: () => ({ published: true }) })

const sums = pipeline('sums', { numbers: z.array(z.number()), power: z.number() }, (p) => {
  const squares = square.map('x', p.numbers, { power: p.power }, { concurrency: 4, minimumSuccess: 0.5 })
  return { total: total({ ys: squares.y }).total }
})

export default pipeline(
  'shapes',
  {
    most: z.number().int().min(1).max(10_000).default(40).describe('How far to count'),
    power: z.number().default(POWER),
    mode: z.enum(['full', 'quick']).default('full'),
    marker: z.string().default('').describe('A file that must be there'),
  },
  (p) => {
    const { numbers } = count({ most: p.most })
    const { total: sum } = sums({ numbers, power: p.power })
    fragile({ total: sum, marker: p.marker })
    const { note } = report({ total: sum })
    const { copy: copied } = copy({ note })
    const { approved } = approve('Publish the report?', { name: 'ask' , show: { note } })
    when(approved, () => publish({ copy: copied }))
  },
  { description: 'Every shape that a pipeline can have.' },
)
`

/** Deploys the shapes in two versions and starts a run of the second, which comes to a question for a person. */
export async function runShapes(place: Place): Promise<void> {
  for (const power of [2, 3]) {
    await writeFile(join(place.cwd, 'pipelines', 'shapes.ts'), SHAPES.replace('POWER', String(power)))
    await regiaJson(place, 'run', 'shapes', '--detach', ...(power === 2 ? ['--to', 'count'] : []))
  }
}
