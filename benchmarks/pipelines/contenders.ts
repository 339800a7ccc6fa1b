import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { type PeerPython, peerPython } from '../peer-python.ts'
import { BIN, ROOT } from '../regia-process.ts'
import { runCommand, secondsOf } from '../timed-command.ts'

export const ROUNDS = 3
export const OURS = { inProcess: 'in process', local: 'in child processes' } as const
const HERE = import.meta.dirname

/** A program that runs the chain of so many steps, each of which reads a small Parquet table and writes one. */
export type Contender = {
  readonly name: string
  readonly rounds: number
  readonly run: (steps: number, round: number) => Promise<number>
}

/** A peer, which of our two ways it is compared with, and the ratio that is the goal. */
export type Peer = {
  readonly name: string
  readonly beside: keyof typeof OURS
  readonly limit: number
  readonly contender: Contender | { readonly why: string }
}

/** Our own command, in a project of its own. */
export function regia(environment: keyof typeof OURS, folder: string): Contender {
  const project = path.join(folder, environment)
  cpSync(path.join(HERE, 'project'), project, { recursive: true, filter: (source) => !source.includes('.regia') })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'))
  const run = (steps: number) =>
    secondsOf([process.execPath, BIN, 'run', 'chain', '--no-cache', '--env', environment], {
      cwd: project,
      env: { BENCH_STEPS: String(steps), REGIA_URL: '', REGIA_HOME: path.join(project, 'home') },
    })
  return { name: `Regia ${OURS[environment]}`, rounds: ROUNDS, run }
}

/** The other tools, or why one is not here. */
export async function findPeers(folder: string, say: (text: string) => void): Promise<readonly Peer[]> {
  const peers = await peerPython('pipelines/peers/requirements.txt', 'PEERS_VENV', say)
  const zenml = await peerPython('pipelines/peers/requirements-zenml.txt', 'ZENML_VENV', say)
  const kedro = (kind: string, name: string) =>
    python(peers, name, ROUNDS, folder, {}, (dir, steps) => [program('kedro_chain.py'), kind, dir, String(steps)])
  return [
    { beside: 'inProcess', limit: 1, ...kedro('sequential', 'Kedro, SequentialRunner') },
    { beside: 'local', limit: 0.2, ...kedro('parallel', 'Kedro, ParallelRunner') },
    {
      beside: 'local',
      limit: 0.5,
      ...python(peers, 'Prefect', 1, folder, { PREFECT_LOGGING_LEVEL: 'ERROR' }, (dir, steps) => [
        program('prefect_chain.py'),
        dir,
        String(steps),
      ]),
    },
    { beside: 'local', limit: 0.5, ...metaflow(peers, folder) },
    {
      beside: 'local',
      limit: 0.05,
      ...python(zenml, 'ZenML', 1, folder, { ZENML_LOGGING_VERBOSITY: 'ERROR' }, (_, steps) => [
        program('zenml_chain.py'),
        String(steps),
      ]),
    },
  ]
}

const program = (name: string): string => path.join(HERE, 'peers', name)

type Named = Pick<Peer, 'name' | 'contender'>

/** A Python program; what it keeps lies below a folder of its own. */
function python(
  found: PeerPython,
  name: string,
  rounds: number,
  folder: string,
  env: Readonly<Record<string, string>>,
  argsOf: (dir: string, steps: number) => readonly string[],
): Named {
  if ('why' in found) return { name, contender: found }
  const run = async (steps: number, round: number) => {
    const dir = tablesFolder(folder, name, round)
    return secondsOf([found.python, ...argsOf(dir, steps)], { cwd: dir, env: { ...homes(folder), ...env } })
  }
  return { name, contender: { name, rounds, run } }
}

/** Metaflow's steps stand in the source, so that it is written first. */
function metaflow(found: PeerPython, folder: string): Named {
  const name = 'Metaflow'
  if ('why' in found) return { name, contender: found }
  const run = async (steps: number, round: number) => {
    const dir = tablesFolder(folder, name, round)
    const flow = path.join(dir, 'flow.py')
    await runCommand([found.python, program('make_metaflow_chain.py'), flow, dir, String(Math.max(3, steps))])
    return secondsOf([found.python, flow, 'run'], { cwd: dir, env: homes(folder) })
  }
  return { name, contender: { name, rounds: 1, run } }
}

function tablesFolder(folder: string, name: string, round: number): string {
  const dir = path.join(folder, `${name.replaceAll(/\W+/g, '-')}-${round}`)
  mkdirSync(dir, { recursive: true })
  return dir
}

/** Nothing of the user's own is read or written, and nobody is told that they ran. */
const homes = (folder: string): Readonly<Record<string, string>> => ({
  HOME: folder,
  USERNAME: 'bench',
  DO_NOT_TRACK: '1',
  // A peer may keep its compiled code, as it would for anybody.
  PYTHONDONTWRITEBYTECODE: '',
  PREFECT_HOME: path.join(folder, 'prefect'),
  PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
  METAFLOW_HOME: path.join(folder, 'metaflow'),
  METAFLOW_DATASTORE_SYSROOT_LOCAL: path.join(folder, 'metaflow-data'),
  ZENML_CONFIG_PATH: path.join(folder, 'zenml'),
  ZENML_ANALYTICS_OPT_IN: 'false',
})
