import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { bundleEntry, bundlePath, discover, findStoredBundle, storeBundle } from './index.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'regia-bundling-'))
  folders.push(dir)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  return dir
}

const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => error,
  )

const TWO_STEPS = {
  'package.json': '{ "name": "two", "type": "module" }',
  'pipelines/two.ts': `
import { pipeline, step, z } from 'regia'
import { double } from '../lib/double.ts'
import { triple } from '../lib/triple.ts'

export const first = step({
  name: 'first',
  in: { n: z.number().int().default(2) },
  out: { n: z.number() },
  run: ({ n }) => ({ n: double(n) }),
})

const second = step({
  name: 'second',
  in: { n: z.number() },
  out: { n: z.number().min(0) },
  run: ({ n }) => {
    z.number().max(1000).parse(n)
    return { n: triple(n) }
  },
})

export default pipeline('two', { n: z.number().default(3) }, (p) => {
  const a = first({ n: p.n })
  return second({ n: a.n })
})
`,
  'lib/double.ts': 'export const double = (n: number): number => n * 2\n',
  'lib/triple.ts': 'export const triple = (n: number): number => n * 3\nexport const unused = 1\n',
}

async function digestsOf(dir: string): Promise<Readonly<Record<string, string>>> {
  const { pipelines } = await discover(await bundleEntry('pipelines/two.ts', dir))
  return Object.fromEntries(pipelines[0]!.steps.map(({ id, codeDigest }) => [id, codeDigest]))
}

describe('bundleEntry', () => {
  it('gives the same bytes wherever the project stands', async () => {
    const one = await bundleEntry('pipelines/two.ts', await project(TWO_STEPS))
    const other = await bundleEntry('pipelines/two.ts', await project(TWO_STEPS))
    expect(other.code).toBe(one.code)
    expect(other.digest).toBe(one.digest)
    expect(one.entry).toBe('pipelines/two.ts')
    expect(one.files).toEqual(['lib/double.ts', 'lib/triple.ts', 'pipelines/two.ts'])
    expect(one.code).toContain('from "regia"')
  })

  it('names file, line and column of code that does not parse', async () => {
    const dir = await project({ 'a.ts': 'export const a = 1\nconst = 2\n' })
    expect(await rejection(bundleEntry('a.ts', dir))).toMatchObject({
      code: 'BUNDLE_FAILED',
      where: 'a.ts:2:7',
      message: expect.stringContaining('Expected identifier'),
      hint: expect.stringContaining('const = 2'),
    })
  })

  it('names the import that leads nowhere', async () => {
    const dir = await project({ 'a.ts': "import { b } from './b.ts'\nexport const a = b\n" })
    expect(await rejection(bundleEntry('a.ts', dir))).toMatchObject({ code: 'BUNDLE_FAILED', where: 'a.ts:1:19' })
  })

  it('finds the lockfile above the project', async () => {
    const dir = await project({ 'package-lock.json': '{}', 'apps/one/a.ts': 'export const a = 1' })
    const before = await bundleEntry('a.ts', join(dir, 'apps/one'))
    await writeFile(join(dir, 'package-lock.json'), '{ "lockfileVersion": 3 }')
    const after = await bundleEntry('a.ts', join(dir, 'apps/one'))
    expect(before.lockfileDigest).toMatch(/^sha256:/)
    expect(after.lockfileDigest).not.toBe(before.lockfileDigest)
    expect(after.digest).toBe(before.digest)
  })
})

describe('storeBundle', () => {
  it('keeps code by its digest and notices a change', async () => {
    const home = await project({})
    const bundle = await bundleEntry('pipelines/two.ts', await project(TWO_STEPS))
    const path = await storeBundle(bundle, home)
    expect(path).toBe(bundlePath(home, bundle.digest))
    expect(await findStoredBundle(home, bundle.digest)).toBe(path)
    await writeFile(path, (await readFile(path, 'utf8')).replace('n * 2', 'n * 5'))
    expect(await rejection(findStoredBundle(home, bundle.digest))).toMatchObject({ code: 'BLOB_CORRUPT' })
    await rm(path)
    expect(await rejection(findStoredBundle(home, bundle.digest))).toMatchObject({ code: 'BLOB_MISSING' })
  })
})

describe('discover', () => {
  it('prints the graph as data, with the author’s lines', async () => {
    const { pipelines } = await discover(await bundleEntry('pipelines/two.ts', await project(TWO_STEPS)))
    expect(pipelines).toHaveLength(1)
    expect(pipelines[0]).toMatchObject({
      name: 'two',
      params: { n: { schema: { type: 'number' }, default: 3 } },
      steps: [
        { id: 'first', kind: 'code', inputs: { n: { from: 'param', name: 'n' } }, definedAt: 'pipelines/two.ts:24' },
        { id: 'second', inputs: { n: { from: 'step', step: 'first', output: 'n' } }, definedAt: 'pipelines/two.ts:25' },
      ],
    })
  })

  it('finds endpoints, monitors, checks, schedules and notifiers', async () => {
    const dir = await project({
      'all.ts': `
import { alertTime, checks, cron, endpoint, monitor, notifier, retrain, schedule, slack } from 'regia'
export const nightly = schedule({ name: 'nightly', pipeline: 'late', when: cron('0 2 * * *') })
export const team = notifier({ name: 'team', events: ['run-failed'], via: slack({ env: 'SLACK_URL' }) })
export const late = checks('late', ({ model, test }) => {
  model.on(test).auc().isAtLeast(0.6)
})
export const web = endpoint({ name: 'web', stable: 'late@champion' })
export default monitor({
  name: 'watch', endpoint: 'web', window: '1d',
  performance: { minimum: 0.6 },
  actions: [retrain('late', { cooldown: '7d', params: { until: alertTime({ minus: '10d', as: 'date' }) } })],
})
`,
    })
    const found = await discover(await bundleEntry('all.ts', dir))
    expect(found.schedules).toMatchObject([
      { name: 'nightly', pipeline: 'late', when: { on: 'time', timezone: 'UTC' } },
    ])
    expect(found.notifiers).toMatchObject([{ name: 'team', via: { kind: 'slack', url: { env: 'SLACK_URL' } } }])
    expect(found.checks).toEqual([{ name: 'late', checks: [expect.objectContaining({ kind: 'metricAtLeast' })] }])
    expect(found.endpoints).toMatchObject([{ name: 'web', stable: 'late@champion' }])
    expect(found.monitors).toMatchObject([{ name: 'watch', window: '1d', actions: [{ pipeline: 'late' }] }])
  })

  it('shows what user code threw in the user’s own lines', async () => {
    const dir = await project({
      'a.ts': "import { boom } from './b.ts'\n\nboom()\n",
      'b.ts': 'type T = string\n\nexport function boom(): T {\n  throw new TypeError("no such thing")\n}\n',
    })
    expect(await rejection(discover(await bundleEntry('a.ts', dir)))).toMatchObject({
      code: 'USER_CODE_FAILED',
      message: expect.stringContaining('TypeError: no such thing'),
      where: 'b.ts:4',
      userStack: expect.stringMatching(/b\.ts:4:\d+(.|\n)*a\.ts:3:1/),
    })
  })

  it('keeps the code and line of what building a pipeline found wrong', async () => {
    const dir = await project({
      'a.ts': `
import { pipeline, step, z } from 'regia'
const one = step({ name: 'one', in: { n: z.number() }, out: {}, run: () => ({}) })
const wires: { n: number } = JSON.parse('{}')
export default pipeline('p', {}, () => {
  one(wires)
})
`,
    })
    expect(await rejection(discover(await bundleEntry('a.ts', dir)))).toMatchObject({
      code: 'STEP_INPUT_MISSING',
      where: 'a.ts:6',
      hint: 'Wire a ref or a value: one({ n: … }).',
    })
  })

  it('names the line of a ref that was put where data belong', async () => {
    const dir = await project({
      'a.ts': `
import { pipeline, step, z } from 'regia'
const one = step({ name: 'one', in: { o: z.any() }, out: {}, run: () => ({}) })
export default pipeline('p', { n: z.number() }, (p) => {
  one({ o: { n: p.n } })
})
`,
    })
    expect(await rejection(discover(await bundleEntry('a.ts', dir)))).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining('A ref has no value yet'),
      userStack: expect.stringContaining('a.ts:5'),
    })
  })

  it('ends code that never ends loading, and says how code ended the process', async () => {
    const dir = await project({ 'a.ts': 'for (;;) {}', 'b.ts': 'console.error("bye")\nprocess.exit(7)' })
    expect(await rejection(discover(await bundleEntry('a.ts', dir), { timeoutMs: 1_500 }))).toMatchObject({
      code: 'TIMEOUT',
    })
    expect(await rejection(discover(await bundleEntry('b.ts', dir)))).toMatchObject({
      code: 'USER_CODE_FAILED',
      message: expect.stringContaining('exit code 7'),
      hint: expect.stringContaining('bye'),
    })
  })

  it('resolves packages from the project', async () => {
    const dir = await project({
      'node_modules/local/package.json': '{ "name": "local", "type": "module", "exports": "./index.js" }',
      'node_modules/local/index.js': "export const name = 'from-package'",
      'a.ts': `
import { name } from 'local'
import { pipeline, step } from 'regia'
const one = step({ name: 'one', in: {}, out: {}, run: () => ({}) })
export default pipeline(name, {}, () => one({}))
`,
    })
    const bundle = await bundleEntry('a.ts', dir)
    expect(bundle.code).toContain('from "local"')
    expect((await discover(bundle)).pipelines).toMatchObject([{ name: 'from-package' }])
  })

  it('refuses two different steps of one name in one file', async () => {
    const dir = await project({
      'a.ts': `
import { pipeline, step } from 'regia'
const make = (n: number) => step({ name: 'same', in: {}, out: {}, run: () => { console.log(n) } })
const [one, two] = [make(1), make(2)]
export const a = pipeline('a', {}, () => one({}))
export const b = pipeline('b', {}, () => two({}))
`,
    })
    expect(await rejection(discover(await bundleEntry('a.ts', dir)))).toMatchObject({
      code: 'PIPELINE_INVALID',
      message: 'Two different steps of one file are named "same".',
    })
  })

  it('says which package is not installed', async () => {
    const dir = await project({ 'package.json': '{}', 'a.ts': "import x from 'no-such-package'\nexport default x" })
    expect(await rejection(discover(await bundleEntry('a.ts', dir)))).toMatchObject({
      code: 'USER_CODE_FAILED',
      hint: expect.stringContaining('npm install no-such-package'),
    })
  })
})

describe('code digests', () => {
  it('change for the steps that reach the changed code, and for no other', async () => {
    const dir = await project(TWO_STEPS)
    const before = await digestsOf(dir)
    await writeFile(join(dir, 'lib/triple.ts'), 'export const triple = (n: number): number => n + n + n\n')
    const after = await digestsOf(dir)
    expect(after.first).toBe(before.first)
    expect(after.second).not.toBe(before.second)
  })

  it('do not change with comments, blanks, unused code, other steps or the graph', async () => {
    const dir = await project(TWO_STEPS)
    const before = await digestsOf(dir)
    await appendFile(join(dir, 'lib/triple.ts'), '\n// a word\nexport const another = [1,\n2]\n')
    const entry = join(dir, 'pipelines/two.ts')
    const text = await readFile(entry, 'utf8')
    await writeFile(
      entry,
      text
        .replace('first({ n: p.n })', 'first({ n: 7 })')
        .replace('in: { n: z.number().int()', 'in: { n: z.number().int().max(9)'),
    )
    const after = await digestsOf(dir)
    expect(after.second).toBe(before.second)
    expect(after.first).not.toBe(before.first)
  })

  it('do not change with a flow over a catalog of another file, nor with another environment', async () => {
    const flow = (more: string) => `
import { step, table } from 'regia'
import { c } from '../catalog.ts'
const clean = step({ name: 'clean', in: { raw: table() }, out: { rows: table() }, run: ({ raw }) => ({ rows: raw }) })
export default c.flow('tidy', [c.node(clean, { in: { raw: 'raw' }, out: { rows: 'rows' } })${more}])
`
    const dir = await project({
      'package.json': '{ "type": "module" }',
      'catalog.ts': `
import { catalog, entry } from 'regia'
const base = { raw: entry.csv({ path: 'a.csv' }) }
export const c = catalog(base, { environments: { prod: { raw: entry.csv({ path: 'b.csv' }) } } })
`,
      'pipelines/tidy.ts': flow(''),
    })
    const read = async (environment?: string) => {
      const { pipelines } = await discover(await bundleEntry('pipelines/tidy.ts', dir), { environment })
      return pipelines[0]!
    }
    const [before, prod] = [await read(), await read('prod')]
    await writeFile(join(dir, 'pipelines/tidy.ts'), flow(", c.node(clean, { in: { raw: 'rows' } })"))
    const after = await read()
    expect(after.steps.map(({ id }) => id)).toEqual(['clean', 'clean-2'])
    const digests = [before, prod, after].map(({ steps }) => steps[0]!.codeDigest)
    expect(new Set(digests).size).toBe(1)
    expect(before).toMatchObject({ catalog: { raw: { path: 'a.csv' } } })
    expect(before.environment).toBeUndefined()
    expect(prod).toMatchObject({ environment: 'prod', catalog: { raw: { path: 'b.csv' } } })
  })

  it('change with a call that is there for its effect', async () => {
    const dir = await project(TWO_STEPS)
    const before = await digestsOf(dir)
    const entry = join(dir, 'pipelines/two.ts')
    await writeFile(entry, (await readFile(entry, 'utf8')).replace('max(1000)', 'max(2000)'))
    const after = await digestsOf(dir)
    expect(after.first).toBe(before.first)
    expect(after.second).not.toBe(before.second)
  })

  it('of a step that is not exported where it can be found are those of the whole bundle', async () => {
    const dir = await project({
      'a.ts': `
import { pipeline, step } from 'regia'
const make = (name: string) => step({ name, in: {}, out: {}, run: () => ({}) })
export default pipeline('p', {}, () => {
  make('inner')({})
})
`,
    })
    const bundle = await bundleEntry('a.ts', dir)
    const { pipelines } = await discover(bundle)
    const [found] = pipelines[0]!.steps
    expect(Object.keys(found!.codeFiles ?? {})).toEqual(['a.ts'])
    await appendFile(join(dir, 'a.ts'), 'export const more = 1\n')
    const [changed] = (await discover(await bundleEntry('a.ts', dir))).pipelines[0]!.steps
    expect(changed!.codeDigest).not.toBe(found!.codeDigest)
  })
})
