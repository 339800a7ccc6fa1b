import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Notification } from '@regia/core'
import { createServer } from '../src/app.ts'

/**
 * A server in a process of its own that kills itself at a named point: `serve-killed.ts HOME PROJECT POINT`. Says its address as its first
 * line. Its notifier `file` writes what it is told to `told.txt` of the project.
 */
const [home = '', projectDir = '', point = 'never'] = process.argv.slice(2)
const die = () => process.kill(process.pid, 'SIGKILL')

const file = ({ id, title }: Notification) => {
  if (point === 'before-sending') die()
  appendFileSync(join(projectDir, 'told.txt'), `${id} ${title}\n`)
  if (point === 'after-sending') die()
}
const server = await createServer({ home, projectDir, leaseMs: 2_000, customNotifiers: { file } })
const { pipelines, notifications } = server.services
const startRun = pipelines.startRun.bind(pipelines)
Object.assign(pipelines, {
  startRun: async (input: Parameters<typeof startRun>[0]) => {
    if (point === 'before-the-run') die()
    const run = await startRun(input)
    if (point === 'after-the-run') die()
    return run
  },
})
if (point === 'before-telling') Object.assign(notifications, { runSettled: die })
console.log(server.url)
