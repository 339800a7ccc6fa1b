import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const SERVE = join(import.meta.dirname, '..', '..', '..', 'test', 'serve.ts')
const PROXY = '/api/2.0/mlflow-artifacts/artifacts'
const WRITERS = 8

async function serve(home: string, projectDir: string) {
  const args = ['--conditions=source', SERVE, home, projectDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout, 'data')
  return { url: String(line).trim(), kill }
}

const contentOf = (writer: number, round: number): string => `content of ${writer} in ${round} `.repeat(5_000)

describe('uploads under SIGKILL', () => {
  it('keep what was acknowledged, whole, and nothing by halves', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-uploads-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const home = join(projectDir, '.regia')
    const acknowledged = new Map<string, string>()
    for (const afterMs of [30, 90, 200]) {
      const { url, kill } = await serve(home, projectDir)
      let isKilled = false
      const write = async (writer: number) => {
        for (let round = 0; !isKilled; round++) {
          const path = `0/run/artifacts/${afterMs}/${writer}/${round % 7}`
          const body = contentOf(writer, round)
          // What has no answer may be there or not: the one before it counts no more.
          acknowledged.delete(path)
          const reply = await fetch(`${url}${PROXY}/${path}`, { method: 'PUT', body }).catch(() => undefined)
          if (reply?.status === 200) acknowledged.set(path, body)
        }
      }
      const writing = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(i)))
      const before = acknowledged.size
      await expect.poll(() => acknowledged.size, { timeout: 45_000 }).toBeGreaterThan(before)
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      isKilled = true
      await kill()
      await writing
    }
    const { url, kill } = await serve(home, projectDir)
    for (const [path, content] of acknowledged) {
      const reply = await fetch(`${url}${PROXY}/${path}`)
      expect([path, reply.status, await reply.text()]).toEqual([path, 200, content])
    }
    const listed = await fetch(`${url}${PROXY}?path=0/run/artifacts/200/0`)
    const { files = [] } = (await listed.json()) as { files?: readonly { path: string; file_size: number }[] }
    for (const { path, file_size } of files) {
      const reply = await fetch(`${url}${PROXY}/0/run/artifacts/200/0/${path}`)
      expect((await reply.text()).length).toBe(file_size)
    }
    await kill()
    // Rests of what was cut off are swept a day later.
    expect(readdirSync(join(home, 'blobs', 'tmp')).length).toBeLessThanOrEqual(3 * WRITERS)
  })
})
