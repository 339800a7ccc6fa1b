import { Agent, request } from 'node:http'

/**
 * Load beside a server, as a program of its own: clients that keep connections open, behind a balancer that sends no more once the
 * server says that it is not ready. Its arguments are the address, the path, the body, and how many clients; it prints its counts.
 */
const [base = '', path = '', body = '', clients = '8'] = process.argv.slice(2)
const counts = { answered: 0, failed: 0, errors: [] as string[], scores: new Set<number>() }
const agent = new Agent({ keepAlive: true, maxSockets: Number(clients) })
let isReady = true

const ask = (method: 'GET' | 'POST', target: string, text = ''): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const asked = request(base + target, { method, agent, headers }, (reply) => {
      let answer = ''
      reply.setEncoding('utf8')
      reply.on('data', (chunk: string) => {
        answer += chunk
      })
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text: answer }))
      reply.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(text)
  })

async function client(): Promise<void> {
  while (isReady) {
    try {
      const { status, text } = await ask('POST', path, body)
      if (status !== 200) throw new Error(`${status}: ${text}`)
      counts.scores.add(JSON.parse(text).predictions[0].score)
      counts.answered++
      if (counts.answered === 200) process.stdout.write('under way\n')
    } catch (error) {
      counts.failed++
      counts.errors.push(String(error))
    }
  }
}

async function balancer(): Promise<void> {
  while (isReady) {
    const { status } = await ask('GET', '/v2/health/ready').catch(() => ({ status: 0 }))
    isReady = status === 200
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

await Promise.all([balancer(), ...Array.from({ length: Number(clients) }, client)])
agent.destroy()
process.stdout.write(
  `${JSON.stringify({ ...counts, errors: counts.errors.slice(0, 5), scores: [...counts.scores] })}\n`,
)
