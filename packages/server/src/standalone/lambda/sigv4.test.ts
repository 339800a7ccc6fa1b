import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EMPTY_HASH, signRequest } from './sigv4.ts'

/** Those of the examples in the Amazon S3 API Reference, "Signature Calculations for the Authorization Header". */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const now = new Date('2013-05-24T00:00:00Z')
const sign = (method: string, path: string, headers: Readonly<Record<string, string>>, payloadHash = EMPTY_HASH) =>
  signRequest(
    { method, url: new URL(`https://examplebucket.s3.amazonaws.com${path}`), headers, payloadHash },
    credentials,
    'us-east-1',
    now,
  ).authorization

describe('signRequest', () => {
  it('signs as the examples of Amazon S3 do', () => {
    expect(sign('GET', '/test.txt', { range: 'bytes=0-9' })).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    )
    const put = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' }
    const body = createHash('sha256').update('Welcome to Amazon S3.').digest('hex')
    expect(sign('PUT', '/test%24file.text', put, body)).toContain(
      'Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    )
    expect(sign('GET', '/?lifecycle', {})).toContain(
      'Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    )
    expect(sign('GET', '/?max-keys=2&prefix=J', {})).toContain(
      'Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    )
  })
})
