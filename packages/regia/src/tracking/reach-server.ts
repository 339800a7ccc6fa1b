import { createClient, type RegiaClient } from '@regia/sdk'
import type { Environment } from '../project/environment.ts'
import { findProject } from '../project/find-project.ts'
import { resolveStack } from '../project/stack.ts'
import { reachHome } from './keep-home.ts'
import { patiently } from './patiently.ts'

/** A server that a script logs to. */
export type ReachedServer = {
  readonly client: RegiaClient
  /** Where it listens now: another owner of the home may have another address. */
  readonly url: () => string
  readonly token: string | undefined
}

/** A connection may break once; a server that is not there should be told of soon. */
const GREETING_PATIENCE_MS = 1_000

/**
 * Finds where a script logs to: REGIA_URL or the stack's server, else the owner of the project's home, else one that is started for it.
 *
 * @throws RegiaError `UNAVAILABLE` where the address that was named does not answer; `CONFIG_INVALID`, `HOME_LOCKED` and their like.
 */
export async function reachServer(workingDir: string, environment: Environment): Promise<ReachedServer> {
  const project = await findProject(workingDir, environment.name)
  const { server, home, token } = await resolveStack(environment, project)
  if (!server) return reachOwner(home, workingDir, environment, token)
  const client = createClient({ url: server.url, ...(server.token !== undefined && { token: server.token }) })
  await patiently(() => client.health(), GREETING_PATIENCE_MS)
  return { client, url: () => server.url, token: server.token }
}

/** The owner of a home may end while this script goes on, such as one that lived for another script: the next one is found. */
async function reachOwner(
  home: string,
  workingDir: string,
  environment: Environment,
  token: string | undefined,
): Promise<ReachedServer> {
  let url = await reachHome(home, workingDir, environment)
  let looking: Promise<void> | undefined
  const lookAgain = async () => {
    url = await reachHome(home, workingDir, environment)
  }
  const rerouted: typeof fetch = async (input, init) => {
    try {
      const { pathname, search } = new URL(String(input))
      return await fetch(`${url}${pathname}${search}`, init)
    } catch (error) {
      if (init?.signal?.aborted) throw error
      looking ??= lookAgain().finally(() => {
        looking = undefined
      })
      await looking.catch(() => undefined)
      throw error // who sent it knows whether it may be sent again
    }
  }
  const client = createClient({ url, fetch: rerouted, ...(token !== undefined && { token }) })
  return { client, url: () => url, token }
}
