import { createServer } from 'node:http'

// The least a server can do: parse the JSON that comes and serialise an answer, which the parent process hands over.

let answer: unknown = {}
process.on('message', (text: string) => {
  answer = JSON.parse(text)
})

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString())
    const text = JSON.stringify(answer)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'))
