// What Lambda's runtime for Node does with a zip: finds the handler that the function names, then asks for events until it is ended.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`

const post = (path, value, headers = {}) =>
  fetch(api + path, {
    method: 'POST',
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json', ...headers },
  })

const errorOf = (error) => ({
  errorType: error instanceof Error ? error.name : typeof error,
  errorMessage: error instanceof Error ? error.message : String(error),
  trace: error instanceof Error ? (error.stack ?? '').split('\n') : [],
})

async function load() {
  const [, module, name] = /^(.*)\.([^.]+)$/.exec(_HANDLER)
  const path = ['.js', '.mjs', '.cjs'].map((ending) => join(LAMBDA_TASK_ROOT, module + ending)).find(existsSync)
  const loaded = await import(pathToFileURL(path).href)
  if (typeof loaded[name] !== 'function') throw new Error(`${_HANDLER} is not a function`)
  return loaded[name]
}

let handler
try {
  handler = await load()
} catch (error) {
  await post('/init/error', errorOf(error), { 'lambda-runtime-function-error-type': `Runtime.${error.name}` })
  process.exit(1)
}

for (;;) {
  const next = await fetch(`${api}/invocation/next`)
  const id = next.headers.get('lambda-runtime-aws-request-id')
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'))
  const context = {
    awsRequestId: id,
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
  try {
    await post(`/invocation/${id}/response`, await handler(await next.json(), context))
  } catch (error) {
    const told = errorOf(error)
    await post(`/invocation/${id}/error`, told, { 'lambda-runtime-function-error-type': told.errorType })
  }
}
