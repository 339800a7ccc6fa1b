import { createWriteStream } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RegiaError } from '@regia/core'
import { allowedLookup, assertAllowedUrl } from './public-address.ts'

export type FetchOptions = {
  /** Sent as `authorization: Bearer …`, to the address's own origin only. */
  readonly token: string | undefined
  readonly allowsLoopback: boolean
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** What an address says of what it holds. */
export type AddressFacts = { readonly sizeBytes?: number; readonly changedAt?: string }

const MAX_REDIRECTS = 5

/** Brings what an address holds into a file. @throws RegiaError `DATA_UNREADABLE`, `PAYLOAD_TOO_LARGE`, `TIMEOUT`, `PATH_OUTSIDE_ROOT`, `INVALID_INPUT`. */
export function fetchAddress(address: string, toPath: string, options: FetchOptions): Promise<void> {
  return withResponse(address, options, async (response, signal) => {
    await pipeline(response, limited(options.maxBytes, address), createWriteStream(toPath, { mode: 0o600 }), { signal })
  })
}

/** What is at an address, without fetching it. @throws RegiaError as {@link fetchAddress}. */
export function probeAddress(address: string, options: FetchOptions): Promise<AddressFacts> {
  return withResponse(address, options, async (response) => {
    const size = Number(response.headers['content-length'])
    const changedAt = Date.parse(response.headers['last-modified'] ?? '')
    response.destroy()
    return {
      ...(Number.isSafeInteger(size) && { sizeBytes: size }),
      ...(Number.isFinite(changedAt) && { changedAt: new Date(changedAt).toISOString() }),
    }
  })
}

async function withResponse<Result>(
  address: string,
  options: FetchOptions,
  work: (response: IncomingMessage, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    const response = await ask(new URL(address), options, signal)
    assertSize(response, options.maxBytes, address)
    return await work(response, signal)
  } catch (error) {
    if (signal.aborted) throw tooSlow(address, options.timeoutMs)
    throw asFetchError(error, address)
  }
}

/** Follows redirects; each address on the way is checked like the first one. */
async function ask(first: URL, options: FetchOptions, signal: AbortSignal): Promise<IncomingMessage> {
  let url = first
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    assertAllowedUrl(url, options.allowsLoopback)
    const response = await send(url, url.origin === first.origin ? options.token : undefined, options, signal)
    const { statusCode = 0, headers } = response
    if (statusCode === 200) return response
    response.destroy()
    const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined
    if (!isRedirect) throw badStatus(url, statusCode)
    url = new URL(headers.location!, url)
  }
  throw new RegiaError('DATA_UNREADABLE', `It was redirected more than ${MAX_REDIRECTS} times.`, {
    where: first.href,
    hint: 'Name the address that it ends at.',
  })
}

function send(url: URL, token: string | undefined, { allowsLoopback }: FetchOptions, signal: AbortSignal) {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const headers = {
    'user-agent': 'regia',
    accept: '*/*',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers, signal, lookup: allowedLookup(allowsLoopback), agent: false })
      .once('response', resolve)
      .once('error', reject)
      .end()
  })
}

function assertSize({ headers }: IncomingMessage, maxBytes: number, address: string): void {
  if (Number(headers['content-length']) > maxBytes) throw tooLarge(address, maxBytes)
}

function limited(maxBytes: number, address: string): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) done(tooLarge(address, maxBytes))
      else done(null, chunk)
    },
  })
}

function badStatus(url: URL, status: number): RegiaError {
  const isDenied = status === 401 || status === 403
  return new RegiaError('DATA_UNREADABLE', `${url.origin}${url.pathname} answers with status ${status}.`, {
    where: `${url.origin}${url.pathname}`,
    hint: isDenied
      ? 'Give the entry credentials, such as credentials: { env: "NAME" }, and see that they are still valid.'
      : 'Open the address in a browser; mend it in the catalog.',
    data: { status },
  })
}

const tooLarge = (address: string, maxBytes: number) =>
  new RegiaError('PAYLOAD_TOO_LARGE', `What is at the address has more than ${maxBytes} bytes.`, {
    where: address,
    hint: 'Bring a smaller extract, or put the file into the project.',
  })

const tooSlow = (address: string, timeoutMs: number) =>
  new RegiaError('TIMEOUT', `The address was not read within ${timeoutMs / 1000} s.`, {
    where: address,
    hint: 'Try again, or put the file into the project.',
  })

function asFetchError(error: unknown, address: string): unknown {
  if (error instanceof RegiaError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RegiaError('HOME_NOT_WRITABLE', 'There is no room on the disk for what is at the address.', {
      where: address,
      hint: 'Free some space.',
      cause: error,
    })
  }
  // What follows is the network's or the name service's word, never the token.
  const why = error instanceof Error ? error.message || code || error.name : String(error)
  return new RegiaError('DATA_UNREADABLE', `The address cannot be read: ${why}.`, {
    where: address,
    hint: 'Check the address and the network.',
    cause: error,
  })
}
