import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKOUT, temporaryFolder } from './regia-command.ts'

const STEPS = `
import {
  boolColumn, floatColumn, gradientBoosting, makeTable, model, packageModel, passthrough, pipeline, step, table, tabularModel, z,
} from 'regia'

const faulty = (name: string, run: () => unknown, options: { timeout?: string; resources?: { memoryMb?: number } } = {}) =>
  pipeline(name, {}, () => {
    step({ name, in: {}, out: { done: z.boolean() }, run: run as () => Promise<{ done: boolean }>, ...options })({})
  })

export const throws = faulty('throws', () => {
  throw new Error('no such penguin')
})
export const endless = faulty('endless', () => new Promise(() => setInterval(() => {}, 1000)), { timeout: '1s' })
export const spinning = faulty('spinning', () => { for (;;); }, { timeout: '1s' })
export const exits = faulty('exits', () => process.exit(3))
export const killed = faulty('killed', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}) })
export const hungry = faulty(
  'hungry',
  () => { const all: unknown[] = []; for (;;) all.push(new Array(100_000).fill(all.length)) },
  { resources: { memoryMb: 64 } },
)
export const rejects = faulty('rejects', async () => { void Promise.reject(new Error('nobody listens')); await new Promise((r) => setTimeout(r, 200)); return { done: true } })
export const liar = faulty('liar', () => ({ done: 'yes' }))
export const forgetful = faulty('forgetful', () => {})
const nobody = step({ name: 'nobody', in: {}, out: { rows: table() }, run: () => ({ rows: makeTable({ x: floatColumn([]), y: boolColumn([]) }) }) })
const learn = step({
  name: 'learn', in: { rows: table() }, out: { model: model() },
  run: async ({ rows }, ctx) => {
    const all = await rows.read()
    const fitted = tabularModel({ transforms: [passthrough(['x'])], learner: gradientBoosting({ trees: 2 }) }).fit(all, { target: 'y', positive: 'true', rng: ctx.rng })
    return { model: packageModel(fitted, { train: all }) }
  },
})
export const emptied = pipeline('emptied', {}, () => {
  learn({ rows: nobody({}).rows })
})
export const sound = faulty('sound', () => ({ done: true }))
`

/** A step that waits for what another pipeline made of it: a ref leaks from one description into the next. */
export const CYCLE = `
import { pipeline, step, z } from 'regia'

const first = step({ name: 'first', in: { x: z.number() }, out: { y: z.number() }, run: ({ x }) => ({ y: x }) })
const second = step({ name: 'second', in: { x: z.number() }, out: { y: z.number() }, run: ({ x }) => ({ y: x }) })

let later = second as unknown as { y: number }
pipeline('leak', {}, () => {
  later = second({ x: 1 }) as unknown as { y: number }
})
export default pipeline('cycle', {}, () => {
  const { y } = first({ x: later.y })
  second({ x: y })
})
`

const COUNTED = `
import { dataset, pipeline, step, table, z } from 'regia'

const count = step({
  name: 'count', in: { penguins: table(), round: z.number() }, out: { rows: z.number() },
  run: async ({ penguins }) => ({ rows: (await penguins.read()).rowCount }),
})
export default pipeline('counted', { round: z.number().default(1) }, (p) => count({ penguins: dataset('penguins'), round: p.round }))
`

/** A project whose steps fail in every way that they can. */
export async function faultyProject(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder()
  await mkdir(join(folder.dir, 'pipelines'))
  await writeFile(join(folder.dir, 'pipelines/steps.ts'), STEPS)
  await writeFile(join(folder.dir, 'pipelines/counted.ts'), COUNTED)
  await cp(join(CHECKOUT, 'examples/penguins/penguins.csv'), join(folder.dir, 'penguins.csv'))
  return folder
}
