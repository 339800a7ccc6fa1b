import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type ChildServer = {
  readonly url: string
  /** At once, as the power of the machine or the out-of-memory killer would. Answers when it is dead. */
  readonly kill: () => Promise<void>
}

/** A server in a process of its own, over a folder that outlives it. */
export async function startChildServer(home: string, projectDir: string): Promise<ChildServer> {
  const script = fileURLToPath(new URL('../serve.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, home, projectDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code} before it listened.`)))
  })
  return {
    url,
    kill: async () => {
      child.kill('SIGKILL')
      await dead
    },
  }
}
