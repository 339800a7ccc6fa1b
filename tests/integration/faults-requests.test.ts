import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ErrorBody, RegiaError } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GENTOO, INFERENCES, infer, nested, PREDICTIONS, type Refused, rows, TENSORS } from './refused-requests.ts'
import { penguinsProject, regiaJson, regiaUp, temporaryFolder, type Up } from './regia-command.ts'

describe('a server that is asked nonsense', { timeout: 120_000 }, () => {
  let project: Awaited<ReturnType<typeof penguinsProject>>
  let server: Up
  let client: RegiaClient
  let servedRows = 0

  beforeAll(async () => {
    project = await penguinsProject()
    const place = { cwd: project.dir }
    server = await regiaUp(place)
    client = createClient({ url: server.url })
    await regiaJson(place, 'data', 'add', 'penguins.csv', '--name', 'penguins', '--schema', 'penguins.schema.json')
    await regiaJson(place, 'run', 'penguins')
    await regiaJson(place, 'apply')
  }, 90_000)
  beforeEach(async () => {
    servedRows = (await client.endpoints.predictions('penguins', { limit: 1 })).total
  })
  /** After each: the same process answers, it serves, and it has logged what it served and nothing else. */
  afterEach(async () => {
    expect((await client.health()).status).toBe('ok')
    const { predictions } = await client.endpoints.predict('penguins', { rows: [GENTOO] })
    servedRows++
    expect(predictions[0]!.label).toBe('Gentoo')
    expect((await client.endpoints.predictions('penguins', { limit: 1 })).total).toBe(servedRows)
    process.kill(server.pid, 0)
  })
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  const post = (path: string, body: BodyInit, contentType = 'application/json') =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { 'content-type': contentType }, body })

  async function refused(path: string, body: BodyInit, contentType?: string) {
    const reply = await post(path, body, contentType)
    const { error }: { error: ErrorBody } = await reply.json()
    return { status: reply.status, error }
  }

  function expectFourParts(error: ErrorBody, { code, where, got }: Pick<Refused, 'code' | 'where' | 'got'>): void {
    expect(error.code).toBe(code)
    expect(error.message).toMatch(got instanceof RegExp ? got : literally(got))
    if (where !== undefined) expect(error.where).toMatch(literally(where))
    expect(error.hint?.length).toBeGreaterThan(10)
  }

  const literally = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const PREDICT = '/api/v1/endpoints/penguins/predict'

  describe('predictions', () => {
    it.each(PREDICTIONS)('refuses $name', async ({ body, status, ...expected }) => {
      const reply = await refused(PREDICT, body)
      expectFourParts(reply.error, expected)
      expect(reply.status).toBe(status)
    })

    it('refuses a whole request for one row', async () => {
      const body = rows(...Array.from({ length: 500 }, (_, i) => (i === 499 ? { body_mass_g: 'heavy' } : {})))
      expect((await refused(PREDICT, body)).error).toMatchObject({
        code: 'COLUMN_TYPE',
        where: 'rows[499].body_mass_g',
      })
    })

    it('serves categories that training never saw', async () => {
      const { predictions } = await client.endpoints.predict('penguins', {
        rows: [
          { ...GENTOO, island: 'Atlantis' },
          { ...GENTOO, island: '' },
          { ...GENTOO, sex: '🐧' },
        ],
      })
      servedRows += 3
      expect(predictions.map(({ label }) => label)).toEqual(['Gentoo', 'Gentoo', 'Gentoo'])
    })

    it('refuses a hundred megabytes', async () => {
      // Again and again: a connection that is closed too early hides the answer only sometimes.
      for (let i = 0; i < 8; i++) {
        const { status, error } = await refused(PREDICT, Buffer.alloc(100_000_000, ' '))
        expect(status).toBe(413)
        expect(error.code).toBe('PAYLOAD_TOO_LARGE')
        expect(error.hint).toContain('fewer rows')
      }
    })

    it('refuses lists in lists without end, wherever they come', async () => {
      const deep = nested(100_000)
      const sent: readonly (readonly [string, string])[] = [
        ['/api/v1/labels', deep],
        ['/api/v1/labels', `{"labels": [{"predictionId": "x", "label": ${deep}}]}`],
        ['/api/v1/pipelines/penguins/runs', `{"params": {"trees": ${deep}}}`],
        ['/api/v1/datasets/bad/versions', `{"path": ${deep}}`],
        [PREDICT, `{"rows": [{}], "at": ${deep}}`],
        [PREDICT, `{"rows": ${deep}}`],
        ['/v2/models/penguins/infer', `{"inputs": ${deep}}`],
        [
          '/v2/models/penguins/infer',
          infer('island', { name: 'island', shape: [1], datatype: 'BYTES', data: 0 }).replace(
            '"data":0',
            `"data":${deep}`,
          ),
        ],
      ]
      for (const [path, body] of sent) {
        const { status, error } = await refused(path, body)
        expect(status, `${path} ${body.slice(0, 40)}`).toBe(400)
        expect(path.startsWith('/v2') || error.code === 'INVALID_INPUT', path).toBe(true)
      }
    })

    it('refuses JSON that calls itself CSV', async () => {
      expect((await refused(PREDICT, rows({}), 'text/csv')).error).toMatchObject({
        code: 'INVALID_INPUT',
        hint: expect.stringContaining('stands in quotes'),
      })
    })

    it('names the endpoints that there are', async () => {
      const { status, error } = await refused('/api/v1/endpoints/pinguins/predict', rows({}))
      expect(status).toBe(404)
      expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('"pinguins"') })
      expect(error.hint).toContain('penguins')
    })
  })

  describe('the Open Inference Protocol', () => {
    it('answers the request that the others are made of', async () => {
      const reply = await post('/v2/models/penguins/infer', JSON.stringify({ inputs: TENSORS }))
      expect(reply.status).toBe(200)
      servedRows++
    })

    it.each(INFERENCES)('refuses $name', async ({ body, status, got }) => {
      const reply = await post('/v2/models/penguins/infer', body)
      const { error }: { error: string } = await reply.json()
      expect(error).toMatch(got)
      expect(reply.status).toBe(status)
    })
  })

  describe('labels', () => {
    it('says which ids it does not know, and keeps the others', async () => {
      const { predictions } = await client.endpoints.predict('penguins', { rows: [GENTOO] })
      servedRows++
      const ids = ['nobody', '../../etc/passwd', `${predictions[0]!.id}0`, '']
      const known = { predictionId: predictions[0]!.id, label: 'Gentoo' }
      const labels = ids.filter(Boolean).map((predictionId) => ({ predictionId, label: 'Gentoo' }))
      expect(await client.labels.push({ labels: [...labels, known] })).toEqual({
        acceptedCount: 1,
        unknownIds: ids.filter(Boolean),
      })
      await expect(client.labels.push({ labels: [{ predictionId: '', label: 'x' }] })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        where: 'body.labels.0.predictionId',
      })
    })

    it('keeps nothing of a request with a label that is no class', async () => {
      const { predictions } = await client.endpoints.predict('penguins', { rows: [GENTOO, GENTOO] })
      servedRows += 2
      const [first, second] = predictions.map(({ id }) => id)
      const before = (await client.endpoints.get('penguins')).labelCount
      const labels = [
        { predictionId: first!, label: 'Gentoo' },
        { predictionId: second!, label: 'Emperor' },
      ]
      await expect(client.labels.push({ labels })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('"Emperor"'),
        where: 'body.labels[1].label',
        hint: expect.stringContaining('Adelie'),
      })
      expect((await client.endpoints.get('penguins')).labelCount).toBe(before)
    })
  })

  describe('datasets', () => {
    const failure = (path: string) =>
      client.datasets.ingest('bad', { path }).then(
        () => expect.unreachable(`${path} was taken in`),
        (error: unknown) => (error instanceof RegiaError ? error : expect.unreachable(String(error))),
      )
    const file = (name: string, content: string | Uint8Array) => writeFile(join(project.dir, name), content)

    it.each([
      { name: 'a file without a byte', path: 'empty.csv', content: '', code: 'DATA_EMPTY' },
      { name: 'a header without rows', path: 'header.csv', content: 'a,b\n', code: 'DATA_EMPTY' },
      { name: 'an empty Parquet file', path: 'empty.parquet', content: '', code: 'DATA_EMPTY' },
      {
        name: 'a text that calls itself Parquet',
        path: 'text.parquet',
        content: 'a,b\n1,2\n',
        code: 'DATA_UNREADABLE',
      },
      { name: 'a format that it does not know', path: 'data.xlsx', content: 'PK', code: 'DATA_UNREADABLE' },
    ])('refuses $name', async ({ path, content, code }) => {
      await file(path, content)
      const error = await failure(path)
      expect(error.code).toBe(code)
      expect(error.message + (error.where ?? '')).toContain(path)
      expect(error.hint?.length).toBeGreaterThan(10)
    })

    it('leads nowhere outside of the project', async () => {
      const elsewhere = await temporaryFolder()
      await writeFile(join(elsewhere.dir, 'secret.csv'), 'a,b\n1,2\n')
      await mkdir(join(project.dir, 'inside'))
      await symlink(join(elsewhere.dir, 'secret.csv'), join(project.dir, 'link.csv'))
      await symlink(elsewhere.dir, join(project.dir, 'inside/folder'))
      const paths = [
        join(elsewhere.dir, 'secret.csv'),
        '/etc/passwd',
        '../secret.csv',
        'inside/../../secret.csv',
        'link.csv',
        'inside/folder/secret.csv',
        'node_modules/../../../etc/passwd',
      ]
      for (const path of paths) {
        const error = await failure(path)
        expect(error.code, path).toBe('PATH_OUTSIDE_ROOT')
        expect(error.message).not.toContain('1,2')
        expect(error.hint).toContain('Copy the file')
      }
      expect((await failure('inside')).code).toBe('DATA_UNREADABLE')
      expect((await failure('penguins.csv\u0000.parquet')).code).toMatch(/DATA_UNREADABLE|INVALID_INPUT/)
      await elsewhere.remove()
    })
  })
})
