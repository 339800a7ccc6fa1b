import { RegiaError } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import type { Environment } from './environment.ts'
import { findProject, type Project } from './find-project.ts'
import { findLiveOwner } from './home.ts'
import { resolveStack, type Stack } from './stack.ts'

/** A way to the HTTP API, whoever answers. */
export type Connection = {
  readonly client: RegiaClient
  readonly url: string
  /** The folder that the answering server keeps everything in; nothing where it is elsewhere. */
  readonly home: string | undefined
  readonly project: Project
  /** This process owns the home for as long as the connection is open. */
  readonly isOwner: boolean
  readonly close: () => Promise<void>
}

/** What the command needs where this process becomes the owner. */
export type ConnectOptions = {
  readonly needsWorker?: boolean
  readonly needsGateway?: boolean
  readonly needsScheduler?: boolean
  /** Called as soon as the project is known, before any server is reached: what needs only its files can begin. */
  readonly onProject?: (project: Project) => void
}

type Request = ConnectOptions & { readonly environment: Environment; readonly workingDir: string }

const PATIENCE_MS = 3_000
const PAUSE_MS = 100

/**
 * Talks to REGIA_URL where it is set; else to the home's live owner; else becomes the owner until `close`.
 *
 * @throws RegiaError `UNAVAILABLE` when REGIA_URL does not answer, `HOME_LOCKED` when somebody owns the home and does not answer.
 */
export async function connect(request: Request): Promise<Connection> {
  const { environment, workingDir } = request
  const project = await findProject(workingDir, environment.name)
  request.onProject?.(project)
  const stack = await resolveStack(environment, project)
  if (stack.server) return remote(stack.server.url, stack.server.token, project)
  const { home } = stack
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    const owner = await findLiveOwner(home, environment.token)
    if (owner) return { client: owner.client, url: owner.url, home, project, isOwner: false, close: async () => {} }
    try {
      return await become(stack, project, request)
    } catch (error) {
      // Another command may own the home for a moment, or a server may just be starting: it answers soon.
      const isBusy = error instanceof RegiaError && error.code === 'HOME_LOCKED'
      if (!isBusy || waitedMs >= PATIENCE_MS) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

async function remote(url: string, token: string | undefined, project: Project): Promise<Connection> {
  const client = createClient({ url, ...(token !== undefined && { token }) })
  await client.health()
  return { client, url, home: undefined, project, isOwner: false, close: async () => {} }
}

async function become(
  stack: Stack,
  project: Project,
  { needsWorker, needsGateway, needsScheduler }: ConnectOptions,
): Promise<Connection> {
  const { ownHome } = await import('./own-home.ts')
  const owner = await ownHome({
    stack,
    project,
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    roles: [
      'api',
      ...(needsWorker ? (['worker'] as const) : []),
      ...(needsGateway ? (['gateway'] as const) : []),
      ...(needsScheduler ? (['scheduler'] as const) : []),
    ],
  })
  return { client: owner.client, url: owner.url, home: stack.home, project, isOwner: true, close: owner.close }
}
