import { type ServerEvent, serverEventSchema } from '@regia/core'
import type { Transport } from './transport.ts'

/** Reads the server-sent events of `/api/v1/events`. Comments and unknown events are passed over. */
export async function* readEvents(raw: Transport['raw'], signal?: AbortSignal): AsyncIterable<ServerEvent> {
  const response = await raw('GET', '/api/v1/events', {
    ...(signal && { signal }),
    headers: { accept: 'text/event-stream' },
  })
  if (!response.body) return
  let rest = ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = parseBlock(block)
      if (event) yield event
    }
  }
}

function parseBlock(block: string): ServerEvent | undefined {
  const data = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .join('\n')
  return data ? serverEventSchema.safeParse(JSON.parse(data)).data : undefined
}
