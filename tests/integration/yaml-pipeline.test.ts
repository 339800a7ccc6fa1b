import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type PipelineGraph, RegiaError } from '@regia/core'
import { bundleEntry, discover } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKOUT, regiaJson } from './regia-command.ts'

const CLEAN = `import { step, table } from 'regia'
import { least } from './least.ts'
export const clean = step({
  name: 'tidy', in: { rows: table() }, out: { rows: table() },
  run: async ({ rows }, { sql }) => ({ rows: await sql(\`SELECT * FROM rows WHERE x >= \${least}\`, { tables: { rows } }) }),
})
`
const DOUBLE = `import { defineStepType, step, table, z } from 'regia'
export default defineStepType({
  name: 'times', settings: z.object({ factor: z.number() }),
  make: ({ factor }) => step({
    name: \`times-\${factor}\`, in: { rows: table() }, out: { rows: table() },
    run: async ({ rows }, { sql }) => ({ rows: await sql(\`SELECT * REPLACE (x * \${factor} AS x) FROM rows\`, { tables: { rows } }) }),
  }),
})
`
const CONFIG = `import { defineConfig } from 'regia'
export default defineConfig({ name: 'yaml', kinds: { steps: { times: './kinds/times.ts' } } })
`
const PIPELINE = `pipeline: sums
params:
  limit: 10
  groups: { type: array, items: { type: string }, default: [a, b] }
catalog:
  numbers: { kind: table, format: csv, path: data/numbers.csv }
environments:
  prod:
    numbers: { kind: table, format: csv, path: data/more.csv }
steps:
  # The last one stands first.
  tell:
    command: [node, programs/tell.mjs, '{in.sums}', '{out.text}']
    files: [programs/*.mjs]
    in: { sums: large.rows }
    out: { text: markdown }
    when: { if: $limit, atLeast: 5 }
  large:
    sql: SELECT "group", sum(x) AS total FROM rows GROUP BY "group" ORDER BY "group"
    in: { rows: doubled }
  doubled:
    type: times
    settings: { factor: 2 }
    in: { rows: cleaned }
  each:
    sql: SELECT count(*) AS n FROM part
    in: { part: cleaned.rows }
    map: { input: part, partitions: group, concurrency: 2 }
  cleaned:
    uses: ../steps/clean.ts#clean
    in: { rows: numbers }
    tags: [cheap]
    retries: 2
`

describe('a pipeline in YAML', { timeout: 240_000 }, () => {
  let dir: string
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const compiled = async (environment?: string): Promise<PipelineGraph> => {
    const bundle = await bundleEntry('pipelines/sums.yaml', dir, {
      steps: { times: './kinds/times.ts' },
      transforms: {},
    })
    return (await discover(bundle, environment === undefined ? {} : { environment })).pipelines[0]!
  }
  const digests = async () => new Map((await compiled()).steps.map(({ id, codeDigest }) => [id, codeDigest]))

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'regia-yaml-'))
    await symlink(join(CHECKOUT, 'node_modules'), join(dir, 'node_modules'))
    await write('regia.config.ts', CONFIG)
    await write('package.json', '{ "name": "yaml", "type": "module" }')
    await write('steps/clean.ts', CLEAN)
    await write('steps/least.ts', 'export const least = 1\n')
    await write('kinds/times.ts', DOUBLE)
    await write(
      'programs/tell.mjs',
      `import { writeFileSync } from 'node:fs'\nwriteFileSync(process.argv[3], '# Told\\n')\n`,
    )
    await write('data/numbers.csv', 'group,x\na,1\na,2\nb,3\nb,0\n')
    await write('data/more.csv', 'group,x\na,100\n')
    await write('pipelines/sums.yaml', PIPELINE)
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('compiles to the graph that TypeScript would give', async () => {
    const { steps, params, catalog } = await compiled()
    expect(steps.map(({ id }) => id)).toEqual(['cleaned', 'doubled', 'each', 'large', 'tell'])
    const [cleaned, doubled, each, , tell] = steps
    expect(cleaned).toMatchObject({
      name: 'tidy',
      inputs: { rows: { from: 'catalog', name: 'numbers' } },
      tags: ['cheap'],
      retries: 2,
      definedAt: 'pipelines/sums.yaml:29',
    })
    expect(doubled?.inputs).toEqual({ rows: { from: 'step', step: 'cleaned', output: 'rows' } })
    expect(each?.map).toMatchObject({ input: 'part', by: { kind: 'partitions', column: 'group' }, concurrency: 2 })
    expect(tell).toMatchObject({
      kind: 'command',
      when: [{ ref: { from: 'param', name: 'limit' }, is: 'at-least', value: 5 }],
    })
    expect(params).toMatchObject({ limit: { default: 10 }, groups: { default: ['a', 'b'] } })
    expect(catalog).toMatchObject({ numbers: { path: 'data/numbers.csv' } })
    expect((await compiled('prod')).catalog).toMatchObject({ numbers: { path: 'data/more.csv' } })
  })

  it('runs, and takes everything from the cache the second time', async () => {
    const run = (...args: string[]) =>
      regiaJson<{ status: string; cachedStepCount: number; stepCount: number }>({ cwd: dir }, 'run', 'sums', ...args)
    expect(await run()).toMatchObject({ status: 'succeeded', stepCount: 5, cachedStepCount: 0 })
    expect(await run()).toMatchObject({ status: 'succeeded', cachedStepCount: 5 })
    await write('pipelines/sums.yaml', `# A comment.\n${PIPELINE.replace('factor: 2', 'factor: 3')}`)
    // What counts the partitions and what cleans is as it was.
    expect(await run()).toMatchObject({ status: 'succeeded', cachedStepCount: 2 })
    await write('pipelines/sums.yaml', PIPELINE)
  })

  it('hashes each step alone, with the code that it uses', async () => {
    const before = await digests()
    const changed = async () =>
      [...(await digests())].filter(([id, digest]) => before.get(id) !== digest).map(([id]) => id)
    await write('pipelines/sums.yaml', `# Another comment.\n${PIPELINE.replace('retries: 2', 'retries: 3')}`)
    expect(await changed()).toEqual([])
    await write('pipelines/sums.yaml', PIPELINE.replace('sum(x)', 'max(x)'))
    expect(await changed()).toEqual(['large'])
    await write('pipelines/sums.yaml', PIPELINE)
    await write('steps/least.ts', 'export const least = 2\n')
    expect(await changed()).toEqual(['cleaned'])
    await write('steps/least.ts', 'export const least = 1\n')
    await write('kinds/times.ts', DOUBLE.replace('x *', 'x + 0 *'))
    expect(await changed()).toEqual(['doubled'])
    await write('kinds/times.ts', DOUBLE)
  })

  it.each([
    [
      'an output that nobody makes',
      ['rows: cleaned }', 'rows: cleand }'],
      'STEP_INPUT_MISSING',
      ':21',
      /cleand.*means nothing/,
    ],
    [
      'two things that one step does',
      ['    type: times', '    sql: SELECT 1\n    type: times'],
      'PIPELINE_INVALID',
      ':21',
      /2 things/,
    ],
    ['a word that no step knows', ['retries: 2', 'retry: 2'], 'PIPELINE_INVALID', ':29', /retry/],
    ['a kind of step that nobody brings', ['type: times', 'type: tims'], 'PIPELINE_INVALID', ':21', /tims/],
    ['a step that the file does not export', ['#clean', '#cleen'], 'BUNDLE_FAILED', '', /cleen/],
    ['a circle', ['rows: numbers', 'rows: large'], 'PIPELINE_CYCLE', '', /"cleaned"/],
    ['a model where a table is due', ['rows: numbers', 'rows: model:m@champion'], 'PIPELINE_INVALID', ':29', /table/],
    ['text that is no YAML', ['steps:\n', 'steps: [\n'], 'BUNDLE_FAILED', 'sums.yaml:', /no YAML/],
  ])('says where it found %s', async (_, [from, to], code, line, message) => {
    const text = PIPELINE.replace(from!, to!)
    expect(text).not.toBe(PIPELINE)
    await write('pipelines/sums.yaml', text)
    const error = await compiled().catch((thrown: unknown) => thrown)
    await write('pipelines/sums.yaml', PIPELINE)
    expect(error).toBeInstanceOf(RegiaError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    if (line) expect(error).toMatchObject({ where: expect.stringContaining(line) })
  })
})
