import { randomBytes } from 'node:crypto'
import { createIdFactory } from '@regia/core'
import { GatewayProcess } from './serving/processes/gateway-process.ts'
import type { ToProcess } from './serving/processes/messages.ts'
import { predictProtocols } from './wire-protocols.ts'

/** The program of a gateway process: answers predictions beside the one that started it, and ends with it. */
const onError = (error: unknown): void => {
  process.stderr.write(`gateway process ${process.pid}: ${error instanceof Error ? error.stack : String(error)}\n`)
}
const newId = createIdFactory(Date.now, randomBytes)
const report = (error: unknown): string => {
  const requestId = newId('request')
  process.stderr.write(`request ${requestId}: `)
  onError(error)
  return requestId
}
const gateway = new GatewayProcess({
  protocols: predictProtocols(),
  send: (message) => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined)
  },
  onError,
  report,
})
process.on('message', (message: ToProcess) => {
  gateway.take(message).catch((error: unknown) => {
    onError(error)
    // Without a port it is of no use; another is started in its place.
    if (message.kind === 'begin') process.exit(1)
  })
})
// Ctrl-C reaches the whole process group; the one that started it decides when work is over.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
