import { createServer } from '../../src/app.ts'

/** A server with gateway processes, in a process of its own: `serve-gateways.ts HOME PROJECT COUNT`. Says its address first; SIGTERM ends it with leave taken. */
const [home = '', projectDir = '', count = '2'] = process.argv.slice(2)
const drain = { delayMs: 500, lingerMs: 1_000 }
const server = await createServer({ home, projectDir, gatewayProcesses: Number(count), drain })
process.once('SIGTERM', () => void server.close())
console.log(server.url)
