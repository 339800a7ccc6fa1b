import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { BuiltImage } from './built-image.ts'

type LogLine = { readonly event: string; readonly [fact: string]: unknown }

/** A container's process without a container: its user, its environment and files, and where that is allowed no network but loopback. */
export class ImageProcess {
  readonly child: ChildProcess
  readonly log: LogLine[] = []
  /** What it wrote to standard error. */
  errors = ''
  /** That of the image in a network of its own; else one that is hardly taken. */
  readonly port: number
  readonly #isolated: boolean
  readonly #exit: Promise<number | null>
  #onLine: () => void = () => {}

  constructor(image: BuiltImage, nodeDir: string, env: Readonly<Record<string, string>>) {
    const [program = '', ...args] = image.command
    this.#isolated = canIsolate()
    this.port = this.#isolated ? image.port : 21_000 + (process.pid % 10_000)
    const started = {
      cwd: image.workingDir,
      // Nothing of this process: what an image names, and no more.
      env: { PATH: nodeDir, ...image.env, REGIA_PORT: String(this.port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    }
    const { user } = image
    this.child = this.#isolated
      ? spawn('/usr/bin/unshare', ['--net', '/bin/sh', '-c', becomeUser(user), program, ...args], started)
      : spawn(program, args, { ...started, ...(process.getuid?.() === 0 && { uid: user, gid: user }) })
    this.#exit = new Promise((resolve) => this.child.once('close', resolve))
    this.child.stderr?.on('data', (chunk) => {
      this.errors += chunk
    })
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.log.push(JSON.parse(line))
      this.#onLine()
    })
  }

  /** Resolves with the first line that tells of an event. */
  told(event: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.log.find((line) => line.event === event)
        if (found) resolve(found)
      }
      this.#onLine = look
      look()
      void this.#exit.then((code) => reject(new Error(`it ended with ${code}: ${JSON.stringify(this.log)}`)))
    })
  }

  /** Runs a program beside it, in its network and with its environment, and answers what that printed. */
  beside(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): ChildProcess {
    const command = this.#isolated
      ? ['/usr/bin/nsenter', `--net=/proc/${this.child.pid}/ns/net`, program, ...args]
      : [program, ...args]
    const child = spawn(command[0]!, command.slice(1), { env, stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin?.end(input)
    return child
  }

  /** Tells it to end, as Docker does, and answers its exit code. */
  stop(signal: string): Promise<number | null> {
    this.child.kill(signal as NodeJS.Signals)
    return this.#exit
  }
}

/** Brings up loopback in the new network, then becomes the image's user and its program. */
const becomeUser = (user: number): string =>
  `/usr/sbin/ip link set lo up && exec /usr/bin/setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs -- "$0" "$@"`

/** Only root may make networks, and not everywhere. */
function canIsolate(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('/usr/bin/unshare', ['--net', '/usr/sbin/ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' })
    execFileSync('/usr/bin/setpriv', ['--version'], { stdio: 'ignore' })
    execFileSync('/usr/bin/nsenter', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
