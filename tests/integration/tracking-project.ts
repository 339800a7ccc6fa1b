import { execFileSync, spawn } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createClient, type RegiaClient } from '@regia/sdk'
import { onTestFinished } from 'vitest'
import { CHECKOUT, environment, type Finished, finish, regiaUp, temporaryFolder } from './regia-command.ts'

/** A git repository with scripts that say `import … from 'regia'`, and a server for it. */
export type TrackingProject = {
  readonly dir: string
  readonly url: string
  readonly client: RegiaClient
  readonly env: Readonly<Record<string, string>>
  readonly write: (path: string, content: string) => Promise<void>
  readonly git: (...args: readonly string[]) => string
  readonly commitAll: () => string
  /** Starts a script that logs to the server. */
  readonly start: (script: string, options?: StartOptions) => ReturnType<typeof spawn>
  readonly run: (script: string, options?: StartOptions) => Promise<Finished>
}

type StartOptions = {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: 'pipe'
}

export async function trackingProject(files: Readonly<Record<string, string>>): Promise<TrackingProject> {
  const { dir, remove } = await temporaryFolder()
  onTestFinished(remove)
  const server = await regiaUp({ cwd: dir }, '--roles', 'api')
  onTestFinished(async () => void (await server.stop()))
  await mkdir(join(dir, 'node_modules'), { recursive: true })
  await symlink(join(CHECKOUT, 'packages/regia'), join(dir, 'node_modules/regia'), 'dir')
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: dir })
      .toString()
      .trim()
  git('init', '--quiet', '--initial-branch', 'main')
  await write('.gitignore', 'node_modules\n.regia\ndata\n.env\n')
  for (const [path, content] of Object.entries(files)) await write(path, content)
  const commitAll = () => {
    git('add', '--all')
    git('commit', '--quiet', '--message', 'A step')
    return git('rev-parse', 'HEAD')
  }
  const env = { REGIA_URL: server.url }
  const start: TrackingProject['start'] = (script, options = {}) =>
    spawn(process.execPath, [script, ...(options.args ?? [])], {
      cwd: dir,
      env: environment({ ...env, ...options.env }),
      stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
    })
  return {
    dir,
    url: server.url,
    client: createClient({ url: server.url }),
    env,
    write,
    git,
    commitAll,
    start,
    run: (script, options) => finish(start(script, options)),
  }
}

/** The id that a script printed in its first line. */
export const idIn = ({ stdout }: Pick<Finished, 'stdout'>): string => stdout.split('\n')[0] ?? ''

/** Resolves with everything that was printed until a text came. */
export function untilSaid(child: ReturnType<typeof spawn>, text: string): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes(text)) resolve(said)
    })
    child.once('close', () => reject(new Error(`It ended without saying "${text}": ${said}`)))
  })
}
