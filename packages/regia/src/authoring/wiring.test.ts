import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The lines of a program that the compiler refuses, with what it says of each. */
async function compile(program: string): Promise<ReadonlyMap<number, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'regia-types-'))
  try {
    await writeFile(join(folder, 'program.ts'), program)
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
      ...{
        target: 'es2024',
        module: 'preserve',
        lib: ['es2024'],
        skipLibCheck: true,
        allowImportingTsExtensions: true,
      },
      customConditions: ['source'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { regia: [join(ROOT, 'packages/regia/src/index.ts')] },
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    const output = await new Promise<string>((resolve) => {
      const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']
      execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => resolve(stdout))
    })
    const errors = [...output.matchAll(/^program\.ts\((\d+),\d+\): error (.*)$/gm)]
    return new Map(errors.map(([, line, text]) => [Number(line), text!]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const PROGRAM = `
import { dataset, file, gate, checks, list, model, pipeline, type Ref, register, registry, step, table, type TableHandle, when, z } from 'regia'

const make = step({
  name: 'make',
  in: { rows: table(), limit: z.number().int().default(10), kind: z.enum(['a', 'b']).optional() },
  out: { rows: table(), count: z.number(), picture: file('image/png'), isFine: z.boolean() },
  run: ({ rows, limit, kind }) => {
    const handle: TableHandle = rows
    const number: number = limit
    const letter: 'a' | 'b' | undefined = kind
    const text: string = limit // WRONG: a number is no text
    return { rows: handle, count: number, picture: 'a.png', isFine: letter === 'a' || text === '' }
  },
})
const use = step({
  name: 'use', in: { models: list(model()), name: z.string() }, out: { best: model() },
  run: ({ models }) => ({ best: models[0]! }),
})
step({ name: 'forgets', in: {}, out: { n: z.number() }, run: () => ({}) }) // WRONG: an output is missing
step({ name: 'confuses', in: {}, out: { n: z.number() }, run: () => ({ n: 'one' }) }) // WRONG: an output of another type
step({ name: 'quiet', in: {}, out: {}, run: async (_, { log }) => { log('done') } })
const suite = checks('suite', () => {})

pipeline('flow', { who: z.string(), limits: z.array(z.number()), flag: z.boolean() }, (p) => {
  const made = make({ rows: dataset('d', 3) })
  const again = make({ rows: made.rows, limit: made.count, kind: 'a' })
  const count: Ref<number> = again.count
  const champion = registry('m@champion')
  const sure = registry('m@champion', { optional: false })
  const { best } = use({ models: [sure, sure], name: p.who })
  const { passed, report } = gate(suite, { model: best, test: made.rows, previous: champion })
  when(passed, () => register('m', best, { report, alias: 'challenger' }))
  when(made.isFine, () => {})
  make({ rows: made.rows, limit: p.who }) // WRONG: a text where a number is taken
  make({ rows: best }) // WRONG: a model where a table is taken
  make({ rows: made.picture }) // WRONG: a file where a table is taken
  make({ rows: made.rows, limit: 'ten' }) // WRONG: a literal of another type
  make({ rows: made.rows, kind: 'c' }) // WRONG: a literal that the schema does not allow
  make({ rows: made.rows, limt: 3 }) // WRONG: an unknown input
  make({}) // WRONG: a missing input
  use({ models: best, name: 'x' }) // WRONG: one model where a list is taken
  use({ models: [made.rows], name: 'x' }) // WRONG: a table in a list of models
  use({ models: [champion], name: 'x' }) // WRONG: a model that may not exist
  made.cuont // WRONG: an unknown output
  p.whom // WRONG: an unknown parameter
  gate(suite, { model: made.rows, test: made.rows }) // WRONG: a gate of no model
  when(made.count, () => {}) // WRONG: a condition that is no boolean
  register('m', champion) // WRONG: the registration of a model that may not exist
  return count
})

const result = await make.run({ rows: await dataset as never, limit: 3, kind: undefined })
const handle: TableHandle = result.rows
const n: number = result.count
await make.run({ rows: handle, limit: 'three', kind: undefined }) // WRONG: run alone, a literal of another type
export { n }
`

describe('wiring', () => {
  it('is checked by the compiler: what fits compiles, what does not does not', async () => {
    const errors = await compile(PROGRAM)
    const wrongLines = PROGRAM.split('\n').flatMap((text, index) => (text.includes('// WRONG') ? [index + 1] : []))
    expect(wrongLines.length).toBeGreaterThan(15)
    expect([...errors.keys()]).toEqual(wrongLines)
    expect(errors.get(wrongLines.at(-6)!)).toContain("Property 'cuont' does not exist")
  })
})
