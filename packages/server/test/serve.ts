import { createServer } from '../src/app.ts'

/** A server in a process of its own, to be killed: `serve.ts HOME PROJECT LEASE_MS`. Says its address as its first line. */
const [home = '', projectDir = '', leaseMs = '1000'] = process.argv.slice(2)
const server = await createServer({ home, projectDir, leaseMs: Number(leaseMs) })
console.log(server.url)
