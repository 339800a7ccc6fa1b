import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createServer, type ServerOptions } from '../../../app.ts'

type Reply = { readonly status: number; readonly body: Body }
/** Replies are looked into by tests only. */
export type Body = Readonly<Record<string, unknown>>

/** A server of its own, asked in the protocol's words. */
export async function openMlflow(options: Partial<ServerOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'regia-mlflow-'))
  const server = await createServer({ home: join(folder, 'home'), projectDir: folder, ...options })
  onTestFinished(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: Body): Promise<Reply> => {
    const url = `/api/2.0/mlflow/${path}`
    const reply = await server.app.inject({ method, url, ...(payload && { payload }) })
    return { status: reply.statusCode, body: reply.json() }
  }
  const post = (path: string, body: Body = {}) => send('POST', path, body)
  const get = (path: string, query: Readonly<Record<string, string>> = {}) =>
    send('GET', `${path}?${new URLSearchParams(query)}`)
  const startRun = async (run: Body = {}): Promise<string> => {
    const { body } = await post('runs/create', { experiment_id: '0', ...run })
    return (body.run as { readonly info: { readonly run_id: string } }).info.run_id
  }
  return { server, send, post, get, startRun }
}
