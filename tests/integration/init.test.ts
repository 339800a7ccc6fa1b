import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKOUT, environment, regia, regiaFailure, regiaJson } from './regia-command.ts'

const run = promisify(execFile)
const MODULES = join(CHECKOUT, 'node_modules')

describe('regia init', { timeout: 300_000 }, () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'regia-init-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const begin = async (name: string, ...args: readonly string[]) => {
    await regiaJson({ cwd: folder }, 'init', name, ...args)
    const dir = join(folder, name)
    await symlink(MODULES, join(dir, 'node_modules'))
    return dir
  }

  it('begins a project whose types, tests of all sizes and workflow pass', async () => {
    const dir = await begin('churn', '--ci', 'github')
    const env = environment()
    await run(join(MODULES, '.bin/tsc'), ['--noEmit'], { cwd: dir, env })
    await run(join(MODULES, '.bin/vitest'), ['run', '--reporter=json', '--outputFile=tests.json'], { cwd: dir, env })
    const report = JSON.parse(await readFile(join(dir, 'tests.json'), 'utf8'))
    expect(report).toMatchObject({ numPassedTests: 4, numFailedTests: 0 })
    const workflow = await readFile(join(dir, '.github/workflows/model.yml'), 'utf8')
    const [, command = ''] = /run: npx regia (.+)/.exec(workflow) ?? []
    const { code, stderr } = await regia({ cwd: dir }, ...command.split(' '))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await readFile(join(dir, 'checks.xml'), 'utf8')).toContain('failures="0"')
    expect(await readFile(join(dir, 'checks.md'), 'utf8')).toMatch(/^### ✅ train gate: every check passes/)
  })

  it('ends with 1 where a gate refuses, and says what it found', async () => {
    const dir = join(folder, 'churn')
    const reports = ['--junit', 'checks.xml', '--markdown', 'checks.md']
    const { code } = await regia({ cwd: dir }, 'run', 'train', '--param', 'trees=1', ...reports)
    expect(code).toBe(1)
    expect(await readFile(join(dir, 'checks.xml'), 'utf8')).toMatch(/failures="[1-9]"/)
    expect(await readFile(join(dir, 'checks.md'), 'utf8')).toMatch(/^### ❌/)
  })

  it.each([
    ['catalog', 'save-metrics'],
    ['yaml', 'register'],
  ])('begins a project from the template %s', async (template, last) => {
    const dir = await begin(`from-${template}`, '--template', template)
    const finished = await regiaJson<{ status: string; steps: readonly { step: string; status: string }[] }>(
      { cwd: dir },
      'run',
      'train',
    )
    expect(finished.status).toBe('succeeded')
    expect(finished.steps.find(({ step }) => step === last)).toMatchObject({ status: 'succeeded' })
  })

  it('overwrites nothing, and writes all or none', async () => {
    await regiaJson({ cwd: folder }, 'init', 'kept', '--ci', 'gitlab')
    const { error } = await regiaFailure({ cwd: folder }, 'init', 'kept', '--ci', 'gitlab', '--ci', 'jenkins')
    expect(error).toMatchObject({ code: 'ALREADY_EXISTS', message: expect.stringContaining('.gitlab-ci.yml') })
    await expect(readFile(join(folder, 'kept/Jenkinsfile'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('says which templates and services there are', async () => {
    expect((await regiaFailure({ cwd: folder }, 'init', 'x', '--template', 'tensors')).error).toMatchObject({
      where: '--template',
      hint: expect.stringContaining('tabular'),
    })
    expect((await regiaFailure({ cwd: folder }, 'init', 'x', '--ci', 'make')).error).toMatchObject({
      where: '--ci',
      hint: expect.stringContaining('circleci'),
    })
  })
})
