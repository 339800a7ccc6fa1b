import { RegiaError } from '@regia/core'
import fastify from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { describe, expect, it } from 'vitest'
import type { App } from '../../../http/app.ts'
import {
  addEndpoints,
  addUnknownEndpoints,
  choice,
  double,
  endpoint,
  identifier,
  int64,
  keyValues,
  required,
  text,
  texts,
} from './index.ts'

const echo = endpoint({
  verb: ['POST', 'GET'],
  path: '/mlflow/echo/:model_id',
  fields: {
    model_id: required(identifier()),
    name: required(text()),
    step: int64(),
    value: double(),
    ids: texts(),
    status: choice({ FINISHED: 3, FAILED: 4 }),
    tags: keyValues(),
  },
  handle: async (values) => ({ ...values, ...(values.value !== undefined && { value: String(values.value) }) }),
})
const failing = endpoint({
  verb: 'POST',
  path: '/mlflow/fail',
  fields: { code: text() },
  handle: async ({ code }) => {
    if (code === 'gone') throw new RegiaError('NOT_FOUND', 'There is no such thing.')
    throw new Error('secret inside')
  },
})

function testApp(): App {
  const app: App = fastify().withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  addEndpoints(app, [echo, failing])
  addUnknownEndpoints(app)
  return app
}

async function post(payload: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const reply = await testApp().inject({ method: 'POST', url: '/api/2.0/mlflow/echo/m-1', payload, headers })
  return { status: reply.statusCode, body: reply.json() }
}

describe('endpoints', () => {
  it('read numbers given as text, unknown fields, and names of numbers', async () => {
    const body = '{"name": "NaN", "step": "3", "value": NaN, "more": 1, "status": "FINISHED"}'
    expect(await post(body)).toEqual({
      status: 200,
      body: { model_id: 'm-1', name: 'NaN', step: 3, value: 'NaN', status: 'FINISHED' },
    })
    expect((await post('{"name": "a", "value": -Infinity, "step": 4.5}')).body).toMatchObject({
      value: '-Infinity',
      step: 4,
    })
  })

  it('take no name of JavaScript for a number, nor one that cannot be kept', async () => {
    for (const value of ['constructor', '__proto__', '1e', '0x10', '']) {
      expect((await post(JSON.stringify({ name: 'a', value }))).status, value).toBe(400)
    }
    for (const step of [2 ** 53, '1e300', 'NaN', [], {}]) {
      expect((await post(JSON.stringify({ name: 'a', step }))).status).toBe(400)
    }
  })

  it('read strings that look like tokens, and broken ones in linear time', async () => {
    const tricky = await post('{"name": "a \\" NaN \\\\", "value": NaN}')
    expect(tricky.body).toMatchObject({ name: 'a " NaN \\', value: 'NaN' })
    const startedAt = performance.now()
    for (const broken of ['"\\"'.repeat(400_000), '"'.repeat(999_999), `{"value": "${'1'.repeat(900_000)}x"}`]) {
      expect((await post(broken)).status).toBe(400)
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  it('read JSON inside a JSON text', async () => {
    expect((await post(JSON.stringify('{"name":"a"}'))).body).toEqual({ model_id: 'm-1', name: 'a' })
  })

  it('take a malformed body for an empty one', async () => {
    expect(await post('{"name": "a"')).toEqual({
      status: 400,
      body: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message:
          "Missing value for required parameter 'name'. See the API docs for more information about request parameters.",
      },
    })
  })

  it('say which type a field has', async () => {
    expect((await post('{"name": "a", "value": "abc"}')).body.message).toBe(
      `Invalid value "abc" for parameter 'value' supplied:  Hint: Value was of type 'str'. See the API docs for more information about request parameters.`,
    )
    expect((await post('{"name": "a", "tags": [{"key": "k", "value": 5}]}')).body.message).toContain(
      "Invalid value 5 for parameter 'tags[0].value'",
    )
  })

  it('ignore a choice that is none', async () => {
    expect(await post('{"name": "a", "status": "BOGUS"}')).toMatchObject({ status: 200, body: { name: 'a' } })
  })

  it('ask for JSON', async () => {
    expect((await post('{"name": "a"}', { 'content-type': 'text/plain' })).body.message).toBe(
      "Bad Request. Content-Type must be one of ['application/json'].",
    )
    expect((await post('{"name": "a"}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
  })

  it('read a query, and the body of a GET without one', async () => {
    const app = testApp()
    const queried = await app.inject({ url: '/ajax-api/2.0/mlflow/echo/m-2?name=a&ids=x&step=2' })
    expect(queried.json()).toEqual({ model_id: 'm-2', name: 'a', ids: ['x'], step: 2 })
    const sent = await app.inject({ method: 'GET', url: '/api/2.0/mlflow/echo/m-2', payload: '{"name":"b"}' })
    expect(sent.json()).toEqual({ model_id: 'm-2', name: 'b' })
  })

  it('translate errors and keep the inside to themselves', async () => {
    const app = testApp()
    const fail = (code: string) => app.inject({ method: 'POST', url: '/api/2.0/mlflow/fail', payload: { code } })
    const gone = await fail('gone')
    expect([gone.statusCode, gone.json()]).toEqual([
      404,
      { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'There is no such thing.' },
    ])
    const broken = await fail('broken')
    expect(broken.json().error_code).toBe('INTERNAL_ERROR')
    expect(broken.body).not.toContain('secret')
  })

  it('answer for what is not offered at all', async () => {
    const app = testApp()
    for (const url of ['/api/2.0/mlflow/gateway/x', '/ajax-api/3.0/mlflow/traces', '/v1/traces', '/graphql']) {
      const reply = await app.inject({ method: 'POST', url, payload: 'x', headers: { 'content-type': 'a/b' } })
      expect([reply.statusCode, reply.json().error_code]).toEqual([404, 'ENDPOINT_NOT_FOUND'])
    }
  })
})
