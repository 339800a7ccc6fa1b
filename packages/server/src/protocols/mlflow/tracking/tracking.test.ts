import { describe, expect, it } from 'vitest'
import { openMlflow } from '../testing/mlflow-client.ts'

type Opened = Awaited<ReturnType<typeof openMlflow>>
type Run = {
  readonly info: { readonly run_id: string; readonly run_name: string }
  readonly data: { readonly tags?: readonly { readonly key: string; readonly value: string }[] }
}

async function tagsOf({ get }: Opened, id: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await get('runs/get', { run_id: id })
  const { data } = body.run as Run
  return Object.fromEntries((data.tags ?? []).map(({ key, value }) => [key, value]))
}

async function search({ post }: Opened, query: Readonly<Record<string, unknown>>) {
  const { body } = await post('runs/search', { experiment_ids: ['0'], ...query })
  const runs = (body.runs ?? []) as readonly Run[]
  return { ids: runs.map(({ info }) => info.run_id), token: body.next_page_token, body }
}

describe('reserved tags', () => {
  it('are the fields of a run, both ways', async () => {
    const opened = await openMlflow()
    const { post, startRun, server } = opened
    const parent = await startRun()
    const id = await startRun({
      tags: [
        { key: 'mlflow.runName', value: 'kid' },
        { key: 'mlflow.parentRunId', value: parent },
        { key: 'mlflow.note.content', value: '# About' },
      ],
    })
    const kept = await server.services.tracking.runs.get(id)
    expect(kept).toMatchObject({ name: 'kid', parentId: parent, note: '# About', source: 'mlflow', tags: {} })
    await post('runs/set-tag', { run_id: id, key: 'mlflow.runName', value: 'renamed' })
    await post('runs/log-batch', {
      run_id: id,
      tags: [
        { key: 'mlflow.note.content', value: 'n' },
        { key: 'a', value: 'b' },
      ],
    })
    expect(await tagsOf(opened, id)).toEqual({
      'mlflow.runName': 'renamed',
      'mlflow.parentRunId': parent,
      'mlflow.note.content': 'n',
      a: 'b',
    })
    expect((await post('runs/delete-tag', { run_id: id, key: 'mlflow.parentRunId' })).status).toBe(200)
    expect((await post('runs/delete-tag', { run_id: id, key: 'mlflow.parentRunId' })).status).toBe(404)
    expect(Object.keys(await tagsOf(opened, id))).not.toContain('mlflow.parentRunId')
  })

  it('are understood in filters and orders', async () => {
    const opened = await openMlflow()
    const parent = await opened.startRun({ run_name: 'b', start_time: 1 })
    const kid = await opened.startRun({
      run_name: 'a',
      start_time: 2,
      tags: [{ key: 'mlflow.parentRunId', value: parent }],
    })
    const found = async (filter: string) => (await search(opened, { filter })).ids
    expect(await found(`tags.mlflow.parentRunId = '${parent}'`)).toEqual([kid])
    expect(await found('tags.`mlflow.parentRunId` IS NULL')).toEqual([parent])
    expect(await found('tags.mlflow.parentRunId IS NOT NULL')).toEqual([kid])
    expect(await found("tags.mlflow.runName LIKE 'a%' AND attributes.status = 'RUNNING'")).toEqual([kid])
    expect((await search(opened, { order_by: ['tags.mlflow.runName DESC'] })).ids).toEqual([parent, kid])
  })

  it('of an experiment are its note', async () => {
    const { post, get, server } = await openMlflow()
    await post('experiments/set-experiment-tag', { experiment_id: '0', key: 'mlflow.note.content', value: 'text' })
    expect(await server.services.tracking.experiments.get('0')).toMatchObject({ note: 'text', tags: {} })
    const { body } = await get('experiments/get', { experiment_id: '0' })
    expect(body.experiment).toMatchObject({ tags: [{ key: 'mlflow.note.content', value: 'text' }] })
    const { body: found } = await post('experiments/search', {
      max_results: 5,
      filter: "tags.mlflow.note.content = 'text'",
    })
    expect(found.experiments).toHaveLength(1)
  })
})

describe('searching runs', () => {
  it('gives a token with every page that another follows', async () => {
    const opened = await openMlflow()
    for (let i = 0; i < 4; i++) await opened.startRun({ start_time: i })
    const first = await search(opened, { max_results: 2 })
    const second = await search(opened, { max_results: 2, page_token: first.token })
    expect(new Set([...first.ids, ...second.ids]).size).toBe(4)
    expect([typeof first.token, second.token]).toEqual(['string', undefined])
  })

  it('refuses a token of another search', async () => {
    const opened = await openMlflow()
    for (let i = 0; i < 2; i++) await opened.startRun()
    const { token } = await search(opened, { max_results: 1 })
    const { body } = await search(opened, { max_results: 1, page_token: token, filter: "status = 'FINISHED'" })
    expect(body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: 'Invalid page token, could not base64-decode',
    })
  })

  it('points at what is wrong in a filter', async () => {
    const { body } = await search(await openMlflow(), { filter: "metrics.loss > 'a'" })
    expect(body.error_code).toBe('INVALID_PARAMETER_VALUE')
    expect(body.message).toContain('at column 16')
  })
})

describe('logging', () => {
  it('writes all of a batch or nothing', async () => {
    const opened = await openMlflow()
    const id = await opened.startRun()
    await opened.post('runs/log-parameter', { run_id: id, key: 'p', value: '1' })
    const metrics = [{ key: 'm', value: 1, timestamp: 1 }]
    const { status } = await opened.post('runs/log-batch', { run_id: id, metrics, params: [{ key: 'p', value: '2' }] })
    expect(status).toBe(400)
    const { body } = await opened.get('metrics/get-history', { run_id: id, metric_key: 'm' })
    expect(body).toEqual({})
  })

  it('names the item of a batch that is of another type, and keeps nothing', async () => {
    const { post, startRun } = await openMlflow()
    const id = await startRun()
    const metrics = [
      { key: 'm', value: 1, timestamp: 1 },
      { key: 'm', value: 'x', timestamp: 1 },
    ]
    expect((await post('runs/log-batch', { run_id: id, metrics })).body.message).toContain("'metrics[1].value'")
  })

  it('says which logged model is not there', async () => {
    const { post, startRun } = await openMlflow()
    const metric = { run_id: await startRun(), key: 'm', value: 1, timestamp: 1, model_id: 'm-nowhere' }
    const { status, body } = await post('runs/log-metric', metric)
    expect([status, body.message]).toEqual([400, 'There is no logged model "m-nowhere".'])
  })

  it('gives a history whole, or in pages', async () => {
    const { post, get, startRun } = await openMlflow()
    const id = await startRun()
    const metrics = Array.from({ length: 5 }, (_, step) => ({
      key: 'loss "x"',
      value: step / 3,
      timestamp: step,
      step,
    }))
    expect((await post('runs/log-batch', { run_id: id, metrics })).status).toBe(400)
    const plain = metrics.map((metric) => ({ ...metric, key: 'loss' }))
    await post('runs/log-batch', { run_id: id, metrics: plain })
    const history = { run_id: id, metric_key: 'loss' }
    expect((await get('metrics/get-history', history)).body).toEqual({ metrics: plain })
    const { body } = await get('metrics/get-history', { ...history, max_results: '3' })
    const rest = await get('metrics/get-history', {
      ...history,
      max_results: '3',
      page_token: String(body.next_page_token),
    })
    expect(rest.body).toEqual({ metrics: plain.slice(3) })
  })

  it('reads a body that is too large to its end before it says so', async () => {
    const { post, startRun } = await openMlflow({ maxBodyBytes: 10_000 })
    const id = await startRun()
    const { status, body } = await post('runs/set-tag', { run_id: id, key: 'k', value: 'x'.repeat(20_000) })
    expect([status, body.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE'])
  })
})

describe('artifact locations', () => {
  it.each([
    's3://bucket/x#y',
    's3://bucket/x;y',
    's3://b/x?a=%2e%2e',
    'runs:/a/b',
    'http://evil.example/x',
    'mlflow-artifacts:/%252e%252e/x',
  ])('refuse %s', async (artifact_location) => {
    const { post } = await openMlflow()
    expect((await post('experiments/create', { name: 'e', artifact_location })).status).toBe(400)
  })

  it('may be a bucket', async () => {
    const { post, get } = await openMlflow()
    const { body } = await post('experiments/create', { name: 'e', artifact_location: 's3://bucket/x?region=eu' })
    const made = await get('experiments/get', { experiment_id: String(body.experiment_id) })
    expect(made.body.experiment).toMatchObject({ artifact_location: 's3://bucket/x?region=eu' })
  })
})

describe('logged models', () => {
  it('are found by status, metric and the run that logged them', async () => {
    const { post, send, startRun } = await openMlflow()
    const run = await startRun()
    const made = await post('logged-models', { experiment_id: '0', name: 'net', source_run_id: run })
    const id = (made.body.model as { readonly info: { readonly model_id: string } }).info.model_id
    await send('PATCH', `logged-models/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' })
    await post('runs/log-metric', { run_id: run, key: 'acc', value: 0.5, timestamp: 1, model_id: id })
    const count = async (filter: string) => {
      const { body } = await post('logged-models/search', { experiment_ids: ['0'], filter })
      return Array.isArray(body.models) ? body.models.length : 0
    }
    expect(await count(`name = 'net' AND source_run_id = '${run}'`)).toBe(1)
    expect(await count("status = 'READY' AND metrics.acc >= 0.5")).toBe(1)
    expect(await count("status = 'PENDING'")).toBe(0)
    expect(await count("status != 'PENDING'")).toBe(1)
  })
})

describe('a server with a token', () => {
  it('asks for it as the protocol does', async () => {
    const token = 'a-token-of-length'
    const { server } = await openMlflow({ token })
    const url = '/api/2.0/mlflow/experiments/get?experiment_id=0'
    const asked = await server.app.inject(url)
    expect([asked.statusCode, asked.headers['www-authenticate'], asked.json().error_code]).toEqual([
      401,
      'Basic realm="mlflow"',
      'UNAUTHENTICATED',
    ])
    const basic = `Basic ${Buffer.from(`me:${token}`).toString('base64')}`
    for (const authorization of [`Bearer ${token}`, basic]) {
      expect((await server.app.inject({ url, headers: { authorization } })).statusCode).toBe(200)
    }
  })
})
