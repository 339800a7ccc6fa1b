import { type Connection, connect } from '../project/connect.ts'
import { readEnvironment } from '../project/environment.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-codes.ts'
import type { Output } from './output.ts'
import type { Terminal } from './terminal.ts'

/** The world of one command, and how to leave it: what it opened is closed in the reverse order. */
export function createContext(
  terminal: Terminal,
  output: Output,
  environmentName?: string,
): { context: Context; close: () => Promise<void> } {
  const environment = readEnvironment(process.env, environmentName)
  const workingDir = process.cwd()
  const stop = new AbortController()
  const forget = stopOnSignals(stop)
  const connections: Connection[] = []
  const context: Context = {
    output,
    terminal,
    environment,
    workingDir,
    signal: stop.signal,
    connect: async (options = {}) => {
      const connection = await connect({ environment, workingDir, ...options })
      connections.push(connection)
      return connection
    },
  }
  const close = async () => {
    for (const connection of connections.reverse()) await connection.close()
    forget()
  }
  return { context, close }
}

/** The first signal asks the command to end well; the second ends it. A parent that holds a channel to this process takes it along when it dies. */
function stopOnSignals(stop: AbortController): () => void {
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
  }
  const onOrphaned = () => stop.abort()
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  if (process.connected) process.on('disconnect', onOrphaned)
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('disconnect', onOrphaned)
}
