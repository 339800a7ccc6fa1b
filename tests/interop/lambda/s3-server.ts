import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pythonOf } from '../python.ts'

const run = promisify(execFile)
const DEPLOY = fileURLToPath(new URL('./deploy.py', import.meta.url))
/** More than setting up asks; then `deploy.py` turns the checks on. */
const UNCHECKED = '100000'

export type Deployed = {
  readonly resources: readonly string[]
  readonly credentials: Readonly<Record<string, string>>
  /** May do everything. */
  readonly owner: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly statements: readonly { readonly Action: string | readonly string[]; readonly Resource: string }[]
  readonly handler: string
  readonly variables: Readonly<Record<string, string>>
}

/** S3 and IAM of moto, which check signatures and policies, behind a server that writes down what is asked of them. */
export class S3Server {
  /** `PUT /bucket/key` */
  readonly asked: string[] = []
  readonly #moto: ChildProcess
  readonly #motoUrl: string
  readonly #recorder: Server

  private constructor(moto: ChildProcess, motoUrl: string, recorder: Server) {
    this.#moto = moto
    this.#motoUrl = motoUrl
    this.#recorder = recorder
  }

  static async open(): Promise<S3Server> {
    const moto = spawn(pythonOf('aws'), ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
      env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: UNCHECKED },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const motoUrl = await addressOf(moto)
    const { port } = new URL(motoUrl)
    const recorder = createServer((incoming, outgoing) => {
      server.asked.push(`${incoming.method} ${incoming.url}`)
      // The host stays as it was: it is signed.
      const options = {
        host: '127.0.0.1',
        port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      }
      const onward = request({ ...options, setHost: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
    })
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve))
    const server = new S3Server(moto, motoUrl, recorder)
    return server
  }

  /** What a function is told: `AWS_ENDPOINT_URL_S3`. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#recorder.address() as AddressInfo).port}`
  }

  async deploy(template: string, zip: string, inBucket: string, outBucket: string): Promise<Deployed> {
    const { stdout } = await run(pythonOf('aws'), [DEPLOY, this.#motoUrl, template, zip, inBucket, outBucket])
    return JSON.parse(stdout)
  }

  close(): void {
    this.#recorder.closeAllConnections()
    this.#recorder.close()
    this.#moto.kill('SIGKILL')
  }
}

/** It tells on standard error where it listens. */
function addressOf(moto: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = ''
    const look = (chunk: Buffer) => {
      told += chunk
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(told)?.[1]
      if (found) resolve(found)
    }
    moto.stdout?.on('data', look)
    moto.stderr?.on('data', look)
    moto.once('close', (code) => reject(new Error(`moto ended with ${code}: ${told}`)))
  })
}
