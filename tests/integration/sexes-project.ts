import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKOUT, temporaryFolder } from './regia-command.ts'

/** A model of two classes on the penguins, and three chains of steps that write down when each begins and ends. */
const SEXES = `
import { appendFileSync } from 'node:fs'
import {
  dataset, filterRows, getStringColumn, gradientBoosting, model, packageModel, passthrough, pipeline, register, step, table, tabularModel, z,
} from 'regia'

export const learn = step({
  name: 'learn',
  in: { penguins: table() },
  out: { model: model() },
  run: async ({ penguins }, ctx) => {
    const all = await penguins.read()
    const { codes, categories } = getStringColumn(all, 'sex')
    const rows = filterRows(all, (row) => ['male', 'female'].includes(categories[codes[row]!] ?? ''))
    const fitted = tabularModel({
      transforms: [passthrough(['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'])],
      learner: gradientBoosting({ trees: 10, leaves: 7, learningRate: 0.2, minRowsPerLeaf: 5 }),
    }).fit(rows, { target: 'sex', positive: 'male', rng: ctx.rng })
    return { model: packageModel(fitted, { train: rows }) }
  },
})

export const sexes = pipeline('sexes', {}, () => {
  register('sexes', learn({ penguins: dataset('penguins') }).model)
})

export const link = step({
  name: 'link',
  in: { ledger: z.string(), name: z.string(), after: z.number() },
  out: { length: z.number() },
  run: async ({ ledger, name, after }) => {
    appendFileSync(ledger, 'begin ' + name + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 150))
    appendFileSync(ledger, 'end ' + name + '\\n')
    return { length: after + 1 }
  },
})

export const chains = pipeline('chains', { ledger: z.string() }, (p) => {
  for (const chain of ['a', 'b', 'c']) {
    let last = link({ ledger: p.ledger, name: chain + '1', after: 0 })
    for (let i = 2; i <= 8; i++) last = link({ ledger: p.ledger, name: chain + i, after: last.length })
  }
})
`

/** A project of the pipelines `sexes` and `chains` on the penguins. */
export async function sexesProject(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder()
  await mkdir(join(folder.dir, 'pipelines'))
  await writeFile(join(folder.dir, 'pipelines/sexes.ts'), SEXES)
  await cp(join(CHECKOUT, 'examples/penguins/penguins.csv'), join(folder.dir, 'penguins.csv'))
  return folder
}
