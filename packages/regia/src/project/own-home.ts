import { availableParallelism, hostname, totalmem } from 'node:os'
import type { BlobStore, ExecutorFactory } from '@regia/engine'
import { createClient, type RegiaClient } from '@regia/sdk'
import { claimHome, createServer, type Role } from '@regia/server'
import type { Project } from './find-project.ts'
import { openBlobStore } from './open-blob-store.ts'
import { ownExecutors, ownNotifiers } from './own-kinds.ts'
import type { Stack } from './stack.ts'
import { findWebDir } from './web-dir.ts'
import { workerClient } from './worker-client.ts'

export type OwnRequest = {
  readonly stack: Stack
  readonly project: Project
  readonly host: string
  readonly port: number
  readonly token: string | undefined
  readonly roles: readonly Role[]
  /** Where gRPC is spoken; nowhere where absent. */
  readonly grpcPort?: number
  /** The endpoint that answers `/invocations`. */
  readonly invocations?: string
  /** How many more processes answer predictions at the same port. */
  readonly gateways?: number
  /** How many bytes of models stay in memory. */
  readonly maxLoadedBytes?: number
  /** How the server takes leave of its clients; where absent it closes at once. */
  readonly drain?: { readonly delayMs: number; readonly lingerMs: number }
}

/** A home that this process owns, with everything that runs on it. */
export type OwnedHome = {
  readonly client: RegiaClient
  readonly url: string
  readonly grpcPort?: number
  readonly close: () => Promise<void>
}

/** Steps may take this share of the machine's memory; the rest is for the server, the data worker and others. */
const MEMORY_SHARE = 0.7

/**
 * Becomes the owner of a home: the server with its roles and, with the role `worker`, a worker that speaks to it over loopback like any other.
 *
 * @throws RegiaError `HOME_LOCKED`, `HOME_NOT_WRITABLE`, `PORT_IN_USE`, `CONFIG_INVALID`.
 */
export async function ownHome(request: OwnRequest): Promise<OwnedHome> {
  const { stack, project, host, port, token, roles, grpcPort, invocations, gateways, drain, maxLoadedBytes } = request
  const { home, databasePath, allowPrivateWebhooks } = stack
  // Whether the home can be had at all is asked before any code of the project is loaded.
  claimHome(home).release()
  const blobs = await openBlobStore(stack, project)
  const executors = roles.includes('worker') ? await ownExecutors(project, stack) : {}
  const webDir = findWebDir()
  const server = await createServer({
    home,
    projectDir: project.dir,
    host,
    port,
    roles,
    blobs,
    allowPrivateWebhooks,
    customNotifiers: ownNotifiers(project, stack),
    ...(databasePath !== undefined && { databasePath }),
    ...(webDir !== undefined && { webDir }),
    ...(token !== undefined && { token }),
    ...(grpcPort !== undefined && { grpcPort }),
    ...(invocations !== undefined && { invocations }),
    ...(gateways !== undefined && { gatewayProcesses: gateways }),
    ...(drain && { drain }),
    ...(maxLoadedBytes !== undefined && { maxLoadedBytes }),
  })
  const client = createClient({ url: server.url, ...(token !== undefined && { token }) })
  const stopWorker = roles.includes('worker') ? await startLocalWorker(client, stack, blobs, executors) : async () => {}
  const close = async () => {
    await stopWorker()
    await server.close()
  }
  return { client, url: server.url, ...(server.grpcPort !== undefined && { grpcPort: server.grpcPort }), close }
}

async function startLocalWorker(
  client: RegiaClient,
  { home, cpu, memoryMb, executor }: Stack,
  blobs: BlobStore,
  executors: Readonly<Record<string, ExecutorFactory>>,
): Promise<() => Promise<void>> {
  const { startWorker } = await import('@regia/engine')
  const worker = startWorker({
    client: workerClient(client, home),
    blobs,
    home,
    cpu: cpu ?? availableParallelism(),
    memoryMb: memoryMb ?? Math.floor((totalmem() / 1e6) * MEMORY_SHARE),
    name: `${hostname()}-${process.pid}`,
    now: Date.now,
    executor,
    executors,
  })
  return worker.stop
}
