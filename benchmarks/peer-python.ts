import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runCommand } from './timed-command.ts'

/** The Python of a peer's environment, or why there is none. */
export type PeerPython = { readonly python: string } | { readonly why: string }

const BENCHMARKS = import.meta.dirname

/**
 * The environment with exactly the packages of a file of requirements: the one that the variable names, else one made here, once for each content
 * of the file.
 *
 * @param requirements - A file below `benchmarks/`, such as `tracking/requirements.txt`.
 */
export async function peerPython(
  requirements: string,
  variable: string,
  say: (text: string) => void,
): Promise<PeerPython> {
  const given = process.env[variable]
  if (given) return pythonIn(given) ?? { why: `${variable} names no virtual environment` }
  const file = path.join(BENCHMARKS, requirements)
  const venv = path.join(path.dirname(file), '.venv', path.basename(requirements, '.txt'))
  const stamp = path.join(venv, 'made-from.txt')
  const wanted = readFileSync(file, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return pythonIn(venv) ?? { why: `${venv} is broken` }
  say(`installing ${requirements}`)
  try {
    rmSync(venv, { recursive: true, force: true })
    await runCommand(['python3', '-m', 'venv', venv])
    await runCommand([path.join(venv, 'bin/python'), '-m', 'pip', 'install', '--quiet', '-r', file])
    writeFileSync(stamp, wanted)
    return { python: path.join(venv, 'bin/python') }
  } catch (error) {
    return { why: `${requirements} could not be installed: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function pythonIn(venv: string): PeerPython | undefined {
  const python = path.join(venv, 'bin/python')
  return existsSync(python) ? { python } : undefined
}
