import { createServer } from '../src/app.ts'

/** A server in a process of its own, to be killed: `serve.ts HOME PROJECT LEASE_MS [PORT]`. Says its address as its first line. */
const [home = '', projectDir = '', leaseMs = '1000', port = '0'] = process.argv.slice(2)
const server = await createServer({ home, projectDir, leaseMs: Number(leaseMs), port: Number(port) })
console.log(server.url)
