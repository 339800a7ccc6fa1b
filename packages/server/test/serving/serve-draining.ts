import { createServer } from '../../src/app.ts'

/** A server in a process of its own that takes leave of its clients at SIGTERM: `serve-draining.ts HOME PROJECT DELAY_MS`. Says its address first. */
const [home = '', projectDir = '', delayMs = '0'] = process.argv.slice(2)
const server = await createServer({ home, projectDir, drain: { delayMs: Number(delayMs), lingerMs: 1_000 } })
process.once('SIGTERM', () => void server.close())
console.log(server.url)
