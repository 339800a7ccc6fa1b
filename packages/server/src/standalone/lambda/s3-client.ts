import { createReadStream } from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { RegiaError } from '@regia/core'
import { type Credentials, EMPTY_HASH, encode, signRequest } from './sigv4.ts'

export type S3Options = {
  readonly credentials: Credentials
  readonly region: string
  /** Of another server that speaks S3, which is then asked by path; AWS where absent. */
  readonly endpoint: string | undefined
}
export type S3Place = { readonly bucket: string; readonly key: string }
export type S3File = { readonly path: string; readonly sizeBytes: number; readonly sha256: string }

/** Nothing came for so long: the connection is dead. */
const IDLE_MS = 60_000

/**
 * Reads and writes whole objects. Two requests of our own rather than the SDK that the runtime brings: that one changes under a function
 * that does not, and takes longer to load than the model.
 */
export class S3Client {
  readonly #options: S3Options

  constructor(options: S3Options) {
    this.#options = options
  }

  /** The object as it comes, with its ETag; `undefined` where it is gone. @throws RegiaError `UNAVAILABLE`. */
  async read(
    place: S3Place,
  ): Promise<{ readonly bytes: AsyncIterable<Uint8Array>; readonly etag: string } | undefined> {
    const response = await this.#send('GET', place, {}, EMPTY_HASH)
    if (response.statusCode === 404) {
      response.resume()
      return undefined
    }
    if (response.statusCode !== 200) throw await refused('read', place, response)
    return { bytes: response, etag: response.headers.etag ?? '' }
  }

  /** Writes a file under a key, all at once: nobody reads half of it. @throws RegiaError `UNAVAILABLE`. */
  async write(place: S3Place, file: S3File, headers: Readonly<Record<string, string>>): Promise<void> {
    const sized = { ...headers, 'content-length': String(file.sizeBytes) }
    const response = await this.#send('PUT', place, sized, file.sha256, file.path)
    if (response.statusCode !== 200) throw await refused('write', place, response)
    response.resume()
  }

  #send(
    method: string,
    place: S3Place,
    headers: Readonly<Record<string, string>>,
    payloadHash: string,
    path?: string,
  ): Promise<IncomingMessage> {
    const { credentials, region } = this.#options
    const url = this.#urlOf(place)
    const signed = signRequest({ method, url, headers, payloadHash }, credentials, region, new Date())
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(unreachable(place, cause))
      const send = url.protocol === 'http:' ? requestHttp : requestHttps
      const sent = send(url, { method, headers: signed, timeout: IDLE_MS }, resolve)
      sent.on('error', fail).on('timeout', () => sent.destroy(new Error(`nothing came for ${IDLE_MS} ms`)))
      if (path === undefined) sent.end()
      else pipeline(createReadStream(path), sent).catch(fail)
    })
  }

  #urlOf(place: S3Place): URL {
    const { endpoint, region } = this.#options
    const path = `/${place.key.split('/').map(encode).join('/')}`
    // A dot in the name of a bucket would not match the certificate of its own host.
    const isOwnHost = endpoint === undefined && !place.bucket.includes('.')
    const base = isOwnHost
      ? `https://${place.bucket}.s3.${region}.amazonaws.com`
      : `${endpoint ?? `https://s3.${region}.amazonaws.com`}/${place.bucket}`
    const url = new URL(base + path)
    // "a/../b" is the name of an object, but an address would forget "a".
    if (!url.pathname.endsWith(path)) throw oddKey(place)
    return url
  }
}

async function refused(what: string, place: S3Place, response: IncomingMessage): Promise<RegiaError> {
  const body = await text(response).catch(() => '')
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? `status ${response.statusCode}`
  return new RegiaError('UNAVAILABLE', `S3 does not let this function ${what} the object: ${code}.`, {
    where: `s3://${place.bucket}/${place.key}`,
    hint: 'For AccessDenied compare the policy of the role with the bucket and its prefix. It is tried again.',
  })
}

const oddKey = ({ bucket, key }: S3Place): RegiaError =>
  new RegiaError('INVALID_INPUT', 'The key of the object has "." or ".." for a folder.', {
    where: `s3://${bucket}/${key}`,
    hint: 'Copy it under another key.',
  })

const unreachable = (place: S3Place, cause: unknown): RegiaError =>
  new RegiaError('UNAVAILABLE', `S3 cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    cause,
    where: `s3://${place.bucket}/${place.key}`,
    hint: 'It is tried again.',
  })
