import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A proxy that loses every third reply after the server has acted, and drops every fifth request before it has. */
export async function lossyProxy(target: string): Promise<{ readonly url: string; readonly lostCount: () => number }> {
  let count = 0
  let lostCount = 0
  const proxy = createServer(async (request, response) => {
    const number = ++count
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const lose = () => {
      lostCount++
      request.socket.destroy()
    }
    if (number % 5 === 0) return lose()
    const { method = 'GET', url = '/', headers } = request
    const reply = await fetch(new URL(url, target), {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    const body = Buffer.from(await reply.arrayBuffer())
    if (number % 3 === 0) return lose()
    response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'text/plain' }).end(body)
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, lostCount: () => lostCount }
}
