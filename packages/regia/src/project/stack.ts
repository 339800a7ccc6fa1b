import { resolve } from 'node:path'
import { RegiaError, type SecretRef } from '@regia/core'
import type { ProjectConfig, StackConfig } from './config.ts'
import type { Environment } from './environment.ts'
import type { Project } from './find-project.ts'
import { readSecretHere } from './read-secret-here.ts'

/** Something of a kind, with its place or its settings. */
export type KindChoice = {
  readonly kind: string
  readonly path?: string | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

/** On what pipelines run: where commands connect, and what the server that this process starts is made of. */
export type Stack = {
  /** Absent for the base. */
  readonly environment: string | undefined
  /** Where commands connect instead of to the owner of the home. */
  readonly server: { readonly url: string; readonly token: string | undefined } | undefined
  /** The token of whoever owns the home. */
  readonly token: string | undefined
  readonly home: string
  /** Of the server that this process starts. */
  readonly allowPrivateWebhooks: boolean
  readonly executor: string
  readonly cpu: number | undefined
  readonly memoryMb: number | undefined
  readonly blobs: KindChoice
  readonly databasePath: string | undefined
  /** Names of the notifiers that are told; all where absent. */
  readonly notifiers: readonly string[] | undefined
}

const BASE = 'base'
const EXECUTORS = ['local', 'inProcess']
const STORES = ['folder']
const DATABASES = ['sqlite']

/**
 * The stack of the environment that was asked for: what it says, else what the base says, else the defaults. REGIA_URL, REGIA_TOKEN and
 * REGIA_HOME count before all of them.
 *
 * @throws RegiaError `CONFIG_INVALID` naming the environments, or the kinds, that there are.
 */
export async function resolveStack(environment: Environment, project: Project): Promise<Stack> {
  const { config, dir } = project
  const name = environmentName(config, environment.name)
  const chosen = stackOf(config, name)
  const home = resolve(environment.home ?? resolve(dir, chosen.home ?? '.regia'))
  assertKnown(project, chosen)
  return {
    environment: name,
    server: await serverOf(environment, chosen, dir),
    token: environment.token,
    home,
    allowPrivateWebhooks: environment.allowPrivateWebhooks,
    executor: chosen.executor ?? 'local',
    cpu: chosen.cpu,
    memoryMb: chosen.memoryMb,
    blobs: chosen.blobs ? { ...chosen.blobs, path: absolute(dir, chosen.blobs.path) } : { kind: 'folder' },
    databasePath: absolute(dir, chosen.database?.path),
    notifiers: chosen.notifiers,
  }
}

/** The environment's name; nothing for the base. */
export function environmentName({ environments }: ProjectConfig, name: string | undefined): string | undefined {
  if (name === undefined || name === BASE) return undefined
  if (name in environments) return name
  const names = Object.keys(environments)
  throw new RegiaError('CONFIG_INVALID', `This project has no environment "${name}".`, {
    where: '--env',
    hint: names.length
      ? `It has: ${[...new Set([BASE, ...names])].join(', ')}.`
      : `Declare it in regia.config.ts: environments: { ${name}: { stack: { home: '.regia-${name}' } } }.`,
  })
}

/** What the config says of an environment's stack, over what it says of the base. */
export const stackOf = ({ environments }: ProjectConfig, name: string | undefined): StackConfig => ({
  ...environments[BASE]?.stack,
  ...(name !== undefined && environments[name]?.stack),
})

async function serverOf(environment: Environment, { server }: StackConfig, dir: string): Promise<Stack['server']> {
  if (environment.url) return { url: environment.url, token: environment.token }
  // A home named for this command alone is meant, not the server elsewhere.
  if (!server || environment.home) return undefined
  return {
    url: server.url,
    token: environment.token ?? (server.token && (await tokenOf(environment, server.token, dir))),
  }
}

const tokenOf = (environment: Environment, ref: SecretRef, dir: string): Promise<string> =>
  readSecretHere(ref, "the server's token", environment.variable, dir)

/** Names of kinds are checked before anything starts. */
function assertKnown({ config, dir }: Project, { executor, blobs, database }: StackConfig): void {
  const { kinds } = config
  assertKind('executor', executor, EXECUTORS, Object.keys(kinds.executors), dir)
  assertKind('blob store', blobs?.kind, STORES, Object.keys(kinds.stores), dir)
  assertKind('database', database?.kind, DATABASES, [], dir)
}

function assertKind(
  what: string,
  kind: string | undefined,
  ours: readonly string[],
  own: readonly string[],
  where: string,
): void {
  if (kind === undefined || ours.includes(kind) || own.includes(kind)) return
  const named = own.length > 0 ? `; of this project: ${own.join(', ')}` : ''
  throw new RegiaError('CONFIG_INVALID', `There is no ${what} "${kind}".`, {
    where,
    hint: `There is: ${ours.join(', ')}${named}.`,
  })
}

const absolute = (dir: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(dir, path)
