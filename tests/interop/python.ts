import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VENV = fileURLToPath(new URL('../../.venv-interop', import.meta.url))

/** The worker's environment with the virtual environment in front: what `source bin/activate` would make. */
export function pythonEnvironment(): Record<string, string | undefined> {
  return { ...process.env, VIRTUAL_ENV: VENV, PATH: `${join(VENV, 'bin')}${delimiter}${process.env.PATH ?? ''}` }
}

/** Vitest's global setup: step processes inherit what stands here. */
export default function setup(): void {
  if (!existsSync(join(VENV, 'bin', 'python3'))) {
    throw new Error('There is no .venv-interop with Python packages. Run: bash .ci/python-venv.sh')
  }
  Object.assign(process.env, pythonEnvironment())
}
