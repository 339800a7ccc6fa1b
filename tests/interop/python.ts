import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Environments of `.ci/python-venv.sh`: ours with MLflow 3, one with the client of MLflow 2, and one with what stands in for AWS. */
const VENVS = { mlflow3: '.venv-interop', mlflow2: '.venv-mlflow2', aws: '.venv-aws' } as const

type Venv = keyof typeof VENVS
const NAMES: readonly Venv[] = ['mlflow3', 'mlflow2', 'aws']

const folderOf = (name: Venv): string => fileURLToPath(new URL(`../../${VENVS[name]}`, import.meta.url))

/** The interpreter that sees the packages of an environment. */
export const pythonOf = (name: Venv): string => join(folderOf(name), 'bin', 'python3')

/** The worker's environment with the virtual environment in front: what `source bin/activate` would make. */
export function pythonEnvironment(): Record<string, string | undefined> {
  const folder = folderOf('mlflow3')
  return { ...process.env, VIRTUAL_ENV: folder, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}` }
}

/** Vitest's global setup: step processes inherit what stands here. */
export default function setup(): void {
  if (!NAMES.every((name) => existsSync(pythonOf(name)))) {
    throw new Error('There are no Python environments for these tests. Run: bash .ci/python-venv.sh')
  }
  Object.assign(process.env, pythonEnvironment())
}
