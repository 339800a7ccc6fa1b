import type { Connection, ConnectOptions } from '../project/connect.ts'
import type { Environment } from '../project/environment.ts'
import type { Output } from './output.ts'
import type { Terminal } from './terminal.ts'

/** What an action works with. */
export type Context = {
  readonly output: Output
  readonly terminal: Terminal
  readonly environment: Environment
  readonly workingDir: string
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Talks to the home's live owner, or becomes its owner until the command ends. */
  readonly connect: (options?: ConnectOptions) => Promise<Connection>
}
