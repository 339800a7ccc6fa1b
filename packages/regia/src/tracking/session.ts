import { relative } from 'node:path'
import { type Environment, readEnvironment } from '../project/environment.ts'
import { readSurroundings, type Surroundings } from './provenance/provenance.ts'
import { type ReachedServer, reachServer } from './reach-server.ts'

/** What all runs of this process share. */
export type Session = {
  readonly server: ReachedServer
  readonly environment: Environment
  readonly surroundings: Surroundings
  /** The words that started this process. */
  readonly command: readonly string[]
  /** Counts the runs that this process starts on its own, from 1. */
  readonly nextNumber: () => number
  /** The run that another program began for this process; the first one who asks gets it. */
  readonly takeGivenRun: () => string | undefined
}

let current: Promise<Session> | undefined

/** The session of this process. Repository and lockfile are read once, before the first run: what the script itself writes is no change of the code. */
export function openSession(): Promise<Session> {
  current ??= open().catch((error) => {
    current = undefined
    throw error
  })
  return current
}

async function open(): Promise<Session> {
  const environment = readEnvironment(process.env)
  const workingDir = process.cwd()
  const [server, surroundings] = await Promise.all([
    reachServer(workingDir, environment),
    readSurroundings(workingDir, process.execPath),
  ])
  let count = 0
  let given = environment.tracking.runId
  return {
    server,
    environment,
    surroundings,
    command: ownCommand(workingDir),
    nextNumber: () => ++count,
    takeGivenRun: () => {
      const taken = given
      given = undefined
      return taken
    },
  }
}

/** How this process was started, in words that mean the same in another checkout: `node --import tsx train.ts --depth 3`. */
function ownCommand(workingDir: string): string[] {
  const [, script, ...args] = process.argv
  return ['node', ...process.execArgv, ...(script === undefined ? [] : [relative(workingDir, script) || '.']), ...args]
}
