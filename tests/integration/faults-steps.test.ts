import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipelineGraph, Run } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CYCLE, faultyProject } from './faulty-project.ts'
import { finished, succeeded } from './flights-project.ts'
import { regia, regiaFailure, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

type Failing = {
  readonly pipeline: string
  readonly code: string
  readonly message: RegExp
  readonly hint: RegExp
  readonly where: string
}

const FAILING: readonly Failing[] = [
  { pipeline: 'throws', code: 'USER_CODE_FAILED', message: /no such penguin/, hint: /./, where: 'pipelines/steps.ts:' },
  { pipeline: 'endless', code: 'STEP_TIMED_OUT', message: /"endless".*1 s/, hint: /timeout/, where: 'endless' },
  { pipeline: 'spinning', code: 'STEP_TIMED_OUT', message: /"spinning".*1 s/, hint: /timeout/, where: 'spinning' },
  { pipeline: 'exits', code: 'STEP_CRASHED', message: /"exits".*exit code 3/, hint: /process\.exit/, where: 'exits' },
  { pipeline: 'killed', code: 'STEP_CRASHED', message: /"killed".*SIGKILL/, hint: /memory/, where: 'killed' },
  { pipeline: 'hungry', code: 'STEP_CRASHED', message: /"hungry"/, hint: /64 MB.*memoryMb/, where: 'hungry' },
  { pipeline: 'rejects', code: 'USER_CODE_FAILED', message: /nobody listens/, hint: /./, where: 'steps.ts:' },
  {
    pipeline: 'liar',
    code: 'STEP_OUTPUT_INVALID',
    message: /expected boolean.*"yes"/,
    hint: /schema/,
    where: 'output "done" of step "liar"',
  },
  {
    pipeline: 'forgetful',
    code: 'STEP_OUTPUT_INVALID',
    message: /got nothing/,
    hint: /Return/,
    where: 'step "forgetful"',
  },
  {
    pipeline: 'emptied',
    code: 'DATA_EMPTY',
    message: /rows/,
    hint: /./,
    where: 'step "learn"',
  },
]

describe('steps that fail', { timeout: 60_000 }, () => {
  let project: Awaited<ReturnType<typeof faultyProject>>
  let place: { readonly cwd: string }
  let server: Up
  let client: RegiaClient

  beforeAll(async () => {
    project = await faultyProject()
    place = { cwd: project.dir }
    server = await regiaUp(place)
    client = createClient({ url: server.url })
    await regiaJson(place, 'apply')
  })
  /** After each: the same process answers, and another run succeeds in it. */
  afterEach(async () => {
    expect((await client.health()).status).toBe('ok')
    await succeeded(client, await client.pipelines.run('sound', { useCache: false }))
  })
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  it.each(FAILING)('$pipeline', async ({ pipeline, code, message, hint, where }) => {
    const run = await finished(client, (await client.pipelines.run(pipeline)).id)
    const step = run.steps.find((each) => each.status === 'failed')
    expect(run.status).toBe('failed')
    expect(run.error?.code).toBe(code)
    expect(step!.error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      where: expect.stringContaining(where),
    })
  })

  it('says the same on a terminal', async () => {
    const { code, stdout, stderr } = await regia(place, 'run', 'throws')
    expect(code).toBe(1)
    expect(stdout + stderr).toMatch(/no such penguin[\s\S]*pipelines\/steps\.ts:\d+/)
  })
})

describe('graphs that cannot be', { timeout: 60_000 }, () => {
  it('names the steps of a cycle and the line', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder.dir, 'pipelines'))
    await writeFile(join(folder.dir, 'pipelines/cycle.ts'), CYCLE)
    const { code, error } = await regiaFailure({ cwd: folder.dir }, 'run', 'cycle')
    expect(code).toBe(2)
    expect(error).toMatchObject({
      code: 'PIPELINE_CYCLE',
      message: expect.stringContaining('"first" → "second" → "first"'),
      where: expect.stringMatching(/pipelines\/cycle\.ts:\d+/),
      hint: expect.stringContaining('split it'),
    })
    await folder.remove()
  })

  it('are no obstacle to the pipelines of other files', async () => {
    const folder = await faultyProject()
    await writeFile(join(folder.dir, 'pipelines/cycle.ts'), CYCLE)
    await writeFile(join(folder.dir, 'pipelines/broken.ts'), 'export default pipeline("x" {')
    const place = { cwd: folder.dir }
    expect((await regiaJson<Run>(place, 'run', 'sound')).status).toBe('succeeded')
    expect((await regiaFailure(place, 'run', 'nowhere')).error.code).toBe('BUNDLE_FAILED')
    await folder.remove()
  })

  /** What no description can say, somebody may still send. */
  it('refuses two producers, and steps that nobody knows', async () => {
    const folder = await faultyProject()
    const place = { cwd: folder.dir }
    const server = await regiaUp(place)
    const client = createClient({ url: server.url })
    await regiaJson(place, 'apply')
    const { graph, bundleDigest, projectDir } = await client.pipelines.get('sound')
    const [step] = graph.steps
    const sent = (steps: PipelineGraph['steps']) =>
      client.pipelines.deploy('sound', { graph: { ...graph, steps }, bundleDigest, projectDir })
    await expect(sent([step!, step!])).rejects.toMatchObject({
      code: 'STEP_OUTPUT_DUPLICATE',
      message: expect.stringContaining('"sound"'),
      where: expect.stringContaining('pipelines/steps.ts'),
      hint: expect.stringMatching(/.{10}/),
    })
    const waiting = (id: string, other: string) => ({
      ...step!,
      id,
      when: [{ ref: { from: 'step' as const, step: other, output: 'done' }, is: 'equal' as const, value: true }],
    })
    await expect(sent([waiting('a', 'b'), waiting('b', 'a')])).rejects.toMatchObject({
      code: 'PIPELINE_CYCLE',
      message: expect.stringMatching(/"a".*"b"/),
      hint: expect.stringMatching(/.{10}/),
    })
    await expect(sent([waiting('a', 'nobody')])).rejects.toMatchObject({
      code: 'STEP_INPUT_MISSING',
      message: expect.stringContaining('nobody'),
    })
    expect(await client.pipelines.get('sound')).toMatchObject({ version: 1, graph })
    await server.stop()
    await folder.remove()
  })
})
