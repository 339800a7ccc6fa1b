import { createClient } from '@regia/sdk'

/**
 * A failed reply names its request in a header; this carries the id into the error's `data`, so that the page can show it.
 * A person who quotes it lets the operator find the line in the server's log.
 */
const fetchNamingFailures: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const requestId = response.headers.get('x-request-id')
  if (response.ok || !requestId) return response
  const text = await response.text()
  return new Response(nameRequest(text, requestId), { status: response.status })
}

function nameRequest(text: string, requestId: string): string {
  try {
    const body: { error?: { data?: object } } = JSON.parse(text)
    return JSON.stringify({ ...body, error: { ...body.error, data: { ...body.error?.data, requestId } } })
  } catch {
    return text
  }
}

/** All data of the control room comes through this client. */
export const api = createClient({ url: window.location.origin, fetch: fetchNamingFailures })
