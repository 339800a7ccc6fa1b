import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import type { Role } from '@regia/server'
import { findProject } from '../../project/find-project.ts'
import { type OwnedHome, ownHome } from '../../project/own-home.ts'
import { resolveStack, type Stack } from '../../project/stack.ts'
import { trimHeap } from '../../project/trim-heap.ts'
import { VERSION } from '../../version.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'

type UpInput = {
  port: number
  grpcPort: number | undefined
  invocations: string | undefined
  gateways: number
  host: string
  tokenFile: string | undefined
  roles: string
  noWorker: boolean
  drainSeconds: number
  modelMemory: number | undefined
}

/** How long clients may still use connections that they keep, after no new one is accepted. */
const LINGER_MS = 1_000

export const up: Action<UpInput> = async (input, context) => {
  const { port, host, grpcPort, invocations, gateways } = input
  assertPort(port)
  if (grpcPort !== undefined) assertPort(grpcPort, '--grpc-port')
  const token = input.tokenFile
    ? await readToken(resolve(context.workingDir, input.tokenFile))
    : context.environment.token
  const project = await findProject(context.workingDir, context.environment.name)
  const stack = await resolveStack(context.environment, project)
  const roles = parseRoles(input.roles).filter((role) => role !== 'worker' || !input.noWorker)
  const gateway = {
    gateways,
    ...(grpcPort !== undefined && { grpcPort }),
    ...(invocations !== undefined && { invocations }),
  }
  const memory = input.modelMemory === undefined ? {} : { maxLoadedBytes: input.modelMemory * 1_000_000 }
  const drain = { delayMs: Math.max(0, input.drainSeconds) * 1000, lingerMs: LINGER_MS }
  const owner = await ownHome({ stack, project, host, port, token, roles, drain, ...memory, ...gateway })
  announce(owner, stack, roles, context)
  trimHeap()
  await untilStopped(context.signal)
  context.output.line('Stopping …')
  await owner.close()
}

export function announce(
  { url, grpcPort }: OwnedHome,
  { home, environment }: Stack,
  roles: readonly Role[],
  { output }: Context,
): void {
  const { style } = output
  const known = { url, ...(grpcPort !== undefined && { grpcPort }), home, environment }
  output.result({ ...known, pid: process.pid, roles, version: VERSION }, () =>
    [
      `${style.green('●')} Regia ${VERSION} at ${style.bold(url)}${grpcPort === undefined ? '' : ` · gRPC at port ${grpcPort}`}`,
      style.dim(
        `  home ${home}${environment ? ` · environment ${environment}` : ''} · ${roles.join(', ')} · Ctrl-C stops it`,
      ),
    ].join('\n'),
  )
}

export function assertPort(port: number, where = '--port'): void {
  if (port >= 0 && port <= 65_535) return
  throw new RegiaError('INVALID_INPUT', `${port} is not a port.`, {
    where,
    hint: 'Use 1 to 65535, or 0 for a free one.',
  })
}

export const ROLES: readonly Role[] = ['api', 'scheduler', 'worker', 'gateway']

function parseRoles(text: string): Role[] {
  const asked = text.split(',').map((role) => role.trim())
  const unknown = asked.find((role) => !ROLES.some((known) => known === role))
  if (unknown === undefined) return ROLES.filter((role) => asked.includes(role))
  throw new RegiaError('INVALID_INPUT', `"${unknown}" is not a role.`, {
    where: '--roles',
    hint: `Choose from ${ROLES.join(', ')}.`,
  })
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new RegiaError('CONFIG_INVALID', 'The token file cannot be read.', {
      where: path,
      cause,
      hint: 'Check the path after --token-file.',
    })
  })
  return text.trim()
}

export const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
