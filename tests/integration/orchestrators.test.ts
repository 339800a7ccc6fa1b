import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CHECKOUT, regia, regiaJson } from './regia-command.ts'

const PENGUINS = join(CHECKOUT, 'examples/penguins')

/** The commands of the examples, as the orchestrators would give them; what these orchestrators do with them is theirs. */
describe('beside other orchestrators', { timeout: 240_000 }, () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'regia-orchestrators-'))
    await cp(PENGUINS, dir, { recursive: true, filter: (path) => !path.includes('.regia') })
    await symlink(join(CHECKOUT, 'node_modules'), join(dir, 'node_modules'))
    const schema = ['--schema', 'penguins.schema.json']
    await regiaJson({ cwd: dir }, 'data', 'add', 'penguins.csv', '--name', 'penguins', ...schema)
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const airflow = async (trees: string) => {
    const dag = await readFile(join(PENGUINS, 'orchestrators/airflow_dag.py'), 'utf8')
    const [, command = ''] = /bash_command="exec npx regia ([^"]+)"/.exec(dag) ?? []
    return command.replace('{{ params.trees }}', trees).split(' ')
  }
  const argo = async (trees: string): Promise<string[]> => {
    const workflow = parse(await readFile(join(PENGUINS, 'orchestrators/argo_workflow.yaml'), 'utf8'))
    const { command, args } = workflow.spec.templates[0].container
    expect(command).toEqual(['npx', 'regia'])
    return args.map((arg: string) => arg.replace('{{inputs.parameters.trees}}', trees))
  }

  it.each([
    ['Airflow', airflow],
    ['Argo', argo],
  ])('a task of %s ends with 0, and with another code when it fails', async (_, commandOf) => {
    const good = await regia({ cwd: dir }, ...(await commandOf('20')))
    expect({ code: good.code, stderr: good.stderr }).toEqual({ code: 0, stderr: '' })
    const bad = await regia({ cwd: dir }, ...(await commandOf('many')))
    expect(bad.code).toBeGreaterThan(0)
    expect(`${bad.stdout}${bad.stderr}`).toContain('trees')
  })
})
