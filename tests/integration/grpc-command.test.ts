import { connect } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regiaFailure, regiaUp, temporaryFolder } from './regia-command.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

/** One call of gRPC as its bytes: a frame is a zero, the length in four bytes, and the message. */
function callRaw(port: number, path: string, message = Buffer.alloc(0)): Promise<{ status: string; reply: string }> {
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.byteLength)
  stream.end(Buffer.concat([Buffer.from([0]), length, message]))
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let status = ''
    const read = (headers: { readonly 'grpc-status'?: string | string[] | undefined }) => {
      status = String(headers['grpc-status'] ?? status)
    }
    stream.on('response', read).on('trailers', read)
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('error', reject)
    stream.on('close', () => {
      session.close()
      resolve({ status, reply: Buffer.concat(pieces).toString('hex') })
    })
  })
}

describe('regia up --grpc-port', () => {
  it('speaks gRPC beside HTTP until it ends', async () => {
    const up = await regiaUp({ cwd: folder.dir }, '--grpc-port', '0', '--no-worker')
    expect(await callRaw(up.grpcPort ?? 0, '/grpc.health.v1.Health/Check')).toEqual({
      status: '0',
      reply: '00000000020801',
    })
    expect(await callRaw(up.grpcPort ?? 0, '/inference.GRPCInferenceService/ServerLive')).toEqual({
      status: '0',
      reply: '00000000020801',
    })
    expect((await fetch(`${up.url}/v2/health/ready`)).status).toBe(200)
    expect((await up.stop()).code).toBe(0)
  })

  it('is off unless it is asked for, and a port that is none is refused', async () => {
    const up = await regiaUp({ cwd: folder.dir }, '--no-worker')
    expect(up.grpcPort).toBeUndefined()
    await up.stop()
    const { code, error } = await regiaFailure({ cwd: folder.dir }, 'up', '--port', '0', '--grpc-port', '70000')
    expect([code, error.where]).toEqual([2, '--grpc-port'])
  })
})
