import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageEveryType } from '../../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips } from '../../../test/serving/trips.ts'

let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
  for (const [name, bytes] of [
    ['trips', await packageTrips()],
    ['every', await packageEveryType()],
  ] as const) {
    await served.register(name, bytes)
    await served.apply({ name, stable: `${name}@champion`, description: `About ${name}.` })
  }
})
afterAll(() => served.close())

/** Checks a value against a schema of the description. */
function conforms(document: { components: object }, schema: object, value: unknown): void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const validate = ajv.compile({ ...schema, components: document.components })
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true)
}

describe.each(['trips', 'every'])('the description of %s', (name) => {
  it('has examples that work as they stand, and answers as it says', async () => {
    const { status, body: document } = await served.send('GET', `/api/v1/endpoints/${name}/openapi.json`)
    expect(status).toBe(200)
    expect(document.info).toMatchObject({ title: name, version: '1' })
    const paths = Object.entries<{ post: Operation }>(document.paths)
    expect(paths.map(([path]) => path)).toEqual([
      `/api/v1/endpoints/${name}/predict`,
      `/v2/models/${name}/infer`,
      `/api/v1/endpoints/${name}/invocations`,
      '/api/v1/labels',
    ])
    for (const [path, { post }] of paths) {
      const { schema, example } = post.requestBody.content['application/json']!
      conforms(document, schema, example)
      const reply = await served.send('POST', path, example)
      expect([path, reply.status]).toEqual([path, 200])
      conforms(document, post.responses['200'].content['application/json']!.schema, reply.body)
    }
  })

  it('shows what the graph really answered', async () => {
    const { body: document } = await served.send('GET', `/api/v1/endpoints/${name}/openapi.json`)
    const { post } = document.paths[`/api/v1/endpoints/${name}/predict`]
    const reply = await served.send(
      'POST',
      `/api/v1/endpoints/${name}/predict`,
      post.requestBody.content['application/json'].example,
    )
    const shown = post.responses['200'].content['application/json'].example
    const scores = (of: typeof shown) => of.predictions.map(({ score }: { score: number }) => score)
    const labels = (of: typeof shown) => of.predictions.map(({ label }: { label?: string }) => label)
    for (const [i, score] of scores(reply.body).entries()) expect(scores(shown)[i]).toBeCloseTo(score, 5)
    expect(labels(shown)).toEqual(labels(reply.body))
    const csv = post.requestBody.content['text/csv'].example
    const response = await fetch(`${served.server.url}/api/v1/endpoints/${name}/predict`, {
      method: 'POST',
      body: csv,
      headers: { 'content-type': 'text/csv' },
    })
    expect(scores(await response.json())).toEqual(scores(reply.body))
  })

  it('has a page whose files are all there', async () => {
    const page = await fetch(`${served.server.url}/api/v1/endpoints/${name}/docs`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
    expect(files.length).toBe(5)
    for (const path of files) expect([path, (await fetch(served.server.url + path)).status]).toEqual([path, 200])
  })
})

type Operation = {
  readonly requestBody: { readonly content: Content }
  readonly responses: { readonly '200': { readonly content: Content } }
}
type Content = { readonly [type: string]: { readonly schema: object; readonly example: unknown } }

it('says so where there is no endpoint', async () => {
  expect((await served.send('GET', '/api/v1/endpoints/nothing/openapi.json')).status).toBe(404)
  expect((await served.send('GET', '/api/v1/endpoints/nothing/docs')).status).toBe(404)
})
