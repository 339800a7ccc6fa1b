import { readdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type RawReply, rawHttp } from '../../../test/raw-http.ts'
import { startServer } from '../../../test/start-server.ts'

/**
 * The requests of the known holes of the original's server, as they were published, and their neighbours: each is refused with a 4xx, or what it
 * makes leads nowhere, and no file outside of the store is read, made, changed or taken away.
 */

const SECRET = 'root:x:0:0:the secret'
const PROXY = '/api/2.0/mlflow-artifacts/artifacts'
const UP = '../'.repeat(14)

async function open(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer(options)
  const { projectDir, home, server } = started
  const secret = join(projectDir, 'passwd')
  writeFileSync(secret, SECRET)
  const run = await server.services.tracking.runs.create({ experimentId: '0', source: 'mlflow' })
  const replies: RawReply[] = []
  const ask = async (method: string, path: string, sent: Parameters<typeof rawHttp>[3] = {}) => {
    const reply = await rawHttp(server.url, method, path, sent)
    replies.push(reply)
    return reply
  }
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const reply = await ask('POST', `/api/2.0/mlflow/${path}`, { body: JSON.stringify(body), headers })
    return { status: reply.status, body: JSON.parse(reply.text || '{}') }
  }
  const outside = () =>
    readdirSync(projectDir, { recursive: true })
      .map(String)
      .filter((path) => !/^\.regia\/(blobs|tmp|regia\.db)/.test(path))
      .sort()
  const before = outside()
  const assertUntouched = () => {
    expect(readFileSync(secret, 'utf8')).toBe(SECRET)
    expect(outside()).toEqual(before)
    for (const { text, status } of replies) {
      expect(text).not.toContain('root:x:0:0')
      expect(status).toBeLessThan(500)
    }
  }
  return { ...started, home, secret, run, ask, post, assertUntouched, root: `0/${run.id}/artifacts` }
}

/** Where a traversal hides in an address, however often it is encoded. */
const hidden = (way: string): readonly string[] => {
  const dots = way.replaceAll('.', '%2e')
  const slashes = way.replaceAll('/', '%2f')
  const again = (text: string) => text.replaceAll('%', '%25')
  return [way, dots, slashes, again(dots), again(slashes), again(again(slashes)), again(again(again(again(dots))))]
}

const PATHS: readonly string[] = [
  ...hidden('../'.repeat(3)),
  ...hidden('a/../../'),
  ...hidden('..\\..\\').map((path) => path.replaceAll('\\', '%5c')),
  '/',
  '//',
  '%2f',
  '%252f',
  'C:/',
  'C:%5c',
  'c%3a/',
  'file:///',
  'file:',
  'FILE:%2f%2f',
  'file%3A%2F%2F%2F',
  'a%00/',
  'a%2500/',
  'a%23/../',
  'a%2523/',
  '..%00/',
  '%c0%ae%c0%ae/..%2f',
  '..;/',
  '..%3b/',
]

describe('a path that leads elsewhere', () => {
  it('is refused by every verb of the proxy', async () => {
    const { ask, secret, root, server, assertUntouched } = await open()
    const isBad = (reply: RawReply, what: string) => expect([400, 404], what).toContain(reply.status)
    for (const target of PATHS.flatMap((way) => [`${way}passwd`, `${way}${secret.slice(1)}`, way])) {
      for (const prefix of [`${PROXY}/`, `${PROXY}/${root}/`]) {
        isBad(await ask('GET', `${prefix}${target}`), `GET ${prefix}${target}`)
        const kept = await ask('PUT', `${prefix}${target}`, { body: 'evil' })
        expect([200, 400], `PUT ${prefix}${target}`).toContain(kept.status)
        // Below a folder some of them are but the odd name of a file, and lie there.
        for await (const { path } of server.services.files.walk(''))
          expect(path).toMatch(/^(?!file:)(?!.*(^|\/)(\.{0,2}|[a-z]:)(\/|$))[^\\\0#]+$/i)
        const gone = await ask('DELETE', `${prefix}${target}`)
        expect([200, 400], `DELETE ${prefix}${target}`).toContain(gone.status)
        isBad(await ask('GET', `/api/2.0/mlflow-artifacts/presigned/${root}/${target}`), `presigned ${target}`)
      }
    }
    assertUntouched()
  })

  it('is refused in a query', async () => {
    const { ask, run, secret, assertUntouched, server } = await open()
    const model = await server.services.tracking.loggedModels.create({ experimentId: '0', name: 'net' })
    await server.services.models.create({ name: 'net' })
    await server.services.models.createVersion({ model: 'net', source: `${run.artifactUri}/model`, by: 'ada' })
    for (const target of PATHS.flatMap((way) => [`${way}passwd`, `${way}${secret.slice(1)}`])) {
      for (const url of [
        `/get-artifact?run_id=${run.id}&path=${target}`,
        `/get-artifact?run_uuid=${run.id}&path=${target}`,
        `/model-versions/get-artifact?name=net&version=1&path=${target}`,
        `/ajax-api/2.0/mlflow/logged-models/${model.id}/artifacts/files?artifact_file_path=${target}`,
        `/api/v1/tracking/runs/${run.id}/artifacts/content?path=${target}`,
        `/api/v1/tracking/runs/${run.id}/artifacts/rows?path=${target}`,
      ]) {
        expect([400, 404], url).toContain((await ask('GET', url)).status)
      }
      for (const url of [
        `${PROXY}?path=${target}`,
        `/api/2.0/mlflow/artifacts/list?run_id=${run.id}&path=${target}`,
        `/api/2.0/mlflow/logged-models/${model.id}/artifacts/directories?artifact_directory_path=${target}`,
        `/api/v1/tracking/runs/${run.id}/artifacts?path=${target}`,
      ]) {
        const reply = await ask('GET', url)
        expect([200, 400], url).toContain(reply.status)
        if (reply.status === 200) expect(JSON.parse(reply.text).files ?? [], url).toEqual([])
      }
    }
    assertUntouched()
  })
})

/** Of an experiment (CVE-2023-6909, CVE-2024-1483, -1593, -1594, -2928, -3848) and the source that is then linked to its run. */
const LOCATIONS: readonly (readonly [string, string])[] = [
  ['CVE-2023-6909, in the query', `http:///?/${UP}`],
  ['CVE-2023-6909, encoded', 'http:///?/..%2f..%2f..%2fetc'],
  ['CVE-2024-1594, in the fragment', `http:///#${UP}etc/`],
  ['CVE-2024-2928', `http:///#/${UP}etc/`],
  ['CVE-2024-1483', `file:///tmp/#/${UP}etc/`],
  ['CVE-2024-3848', `http://host:1234/#${UP}etc/`],
  ['CVE-2024-3848, of the proxy', `mlflow-artifacts://host:1234/#/${UP}etc/`],
  ['CVE-2024-1593, in the parameters', `http:///;${UP}etc/`],
  ['CVE-2024-1593, of the proxy', `mlflow-artifacts:/;${UP}etc/`],
  ['of the proxy', `mlflow-artifacts:/${UP}`],
  ['of the proxy, encoded', 'mlflow-artifacts:/%2e%2e/%252e%252e/etc'],
  ['of the proxy, with back slashes', 'mlflow-artifacts:/..\\..\\etc'],
  ['through an address of our own', `http://127.0.0.1/api/2.0/mlflow-artifacts/artifacts/${UP}etc`],
  ['a folder of the server', 'FOLDER'],
  ['a folder of the server as an address', 'file://FOLDER'],
  ['with a host', 'file://localhost/FOLDER'],
  ['with one slash', 'file:FOLDER'],
  ['a relative folder', '.'],
  ['the root', '/'],
]

/** CVE-2023-1177, -2356, -2780, -6975, -6977, CVE-2024-1483, -1558, -3573, GHSA-5cvj-7rg6-jggj: of a version. */
const REFUSED_SOURCES: readonly string[] = [
  'file:///',
  'file:///etc',
  'file://localhost/etc',
  'file:///%2e%2e/etc',
  'file://%00/etc/',
  'file:etc',
  'FILE:///etc',
  'file://./etc',
  'file:///etc#x',
  '/etc',
  '//proc/self/root',
  '//etc/',
  './etc',
  '../../etc',
  '..\\..\\etc',
  'C:\\Windows',
  'c:/Windows',
  `http://host/${UP}etc`,
  `http://host/a/..%2f..%2fetc`,
  `mlflow-artifacts:/${UP}etc`,
  'mlflow-artifacts:/%2e%2e/etc',
  'mlflow-artifacts:/%252e%252e/etc',
  'mlflow-artifacts:/a/%25252e%25252e/etc',
  'mlflow-artifacts:/a\\..\\..\\etc',
  'mlflow-artifacts:/a%00b/../etc',
  's3://bucket/../etc',
  'models:/../etc',
  'runs:/../etc',
  'dbfs:/../etc',
]

const SOURCES = ['file:///', 'file://FOLDER', 'FOLDER', '//proc/self/root', 'LOCATION']

describe('where files are said to be', () => {
  it.each(LOCATIONS)('%s: an experiment at %s leads to no file of the server', async (_, written) => {
    const { ask, post, projectDir, assertUntouched } = await open()
    const location = written.replace('FOLDER', projectDir)
    const made = await post('experiments/create', { name: 'poc', artifact_location: location })
    if (made.status === 200) {
      const { body } = await post('runs/create', { experiment_id: made.body.experiment_id })
      const runId = body.run.info.run_id
      for (const path of ['passwd', 'etc/passwd', `${projectDir.slice(1)}/passwd`]) {
        const target = encodeURIComponent(path)
        expect((await ask('GET', `/get-artifact?run_id=${runId}&path=${target}`)).status).toBe(400)
        const sent = { body: 'evil' }
        const upload = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=${target}`
        expect((await ask('POST', upload, sent)).status).toBe(400)
        const native = `/api/v1/tracking/runs/${runId}/artifacts/content?path=${target}`
        for (const verb of ['GET', 'PUT', 'DELETE'])
          expect((await ask(verb, native, verb === 'PUT' ? sent : {})).status).toBe(400)
      }
      const list = await ask('GET', `/api/2.0/mlflow/artifacts/list?run_id=${runId}`)
      expect(JSON.parse(list.text).files).toBeUndefined()
      await post('registered-models/create', { name: 'poc' })
      for (const source of SOURCES) {
        const text = source.replace('FOLDER', projectDir).replace('LOCATION', location)
        await post('model-versions/create', { name: 'poc', run_id: runId, source: text })
      }
      for (let version = 1; version <= SOURCES.length; version++) {
        const target = `/model-versions/get-artifact?name=poc&version=${version}&path=passwd`
        expect([400, 404]).toContain((await ask('GET', target)).status)
        await ask('GET', `/api/2.0/mlflow/model-versions/get-download-uri?name=poc&version=${version}`)
      }
    } else {
      expect(made).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } })
    }
    assertUntouched()
  })

  it('a version from another place is refused', async () => {
    const { post, run, assertUntouched } = await open()
    await post('registered-models/create', { name: 'poc' })
    for (const source of REFUSED_SOURCES)
      for (const more of [{}, { run_id: run.id }, { run_id: 'unknown' }]) {
        const reply = await post('model-versions/create', { name: 'poc', source, ...more })
        expect([400, 404], `${source}: ${JSON.stringify(reply.body)}`).toContain(reply.status)
      }
    assertUntouched()
  })

  it.each([
    `mlflow-artifacts:/0/run/artifacts?x=${UP}etc`,
    `mlflow-artifacts:/0/run#${UP}etc`,
    `mlflow-artifacts:/0;${UP}etc`,
    `mlflow-artifacts://host/0?path=%2e%2e/etc`,
    `http://host/?x=${UP}etc`,
    's3://bucket/model',
  ])('a version from %s leads to no file, whether it is kept or not', async (source) => {
    const { ask, post, assertUntouched } = await open()
    await post('registered-models/create', { name: 'poc' })
    const { status } = await post('model-versions/create', { name: 'poc', source })
    expect([200, 400]).toContain(status)
    for (const path of ['passwd', 'etc/passwd']) {
      const reply = await ask('GET', `/model-versions/get-artifact?name=poc&version=1&path=${path}`)
      expect([400, 404]).toContain(reply.status)
    }
    const files = await ask('GET', '/api/v1/models/poc/versions/1/artifacts')
    if (files.status === 200) expect(JSON.parse(files.text).files).toEqual([])
    assertUntouched()
  })

  /** CVE-2024-0520: a data set's source, or the name that its server gives it, with which the client wrote outside of its folder. */
  it('a data set may say what it likes: nothing is fetched, and names are told as text', async () => {
    const { post, run, assertUntouched } = await open()
    const source = JSON.stringify({ url: 'http://127.0.0.1:1/../../../../etc/passwd;id' })
    const dataset = { name: '../../../etc/cron.d/x', digest: 'abc', source_type: 'http', source }
    const reply = await post('runs/log-inputs', { run_id: run.id, datasets: [{ dataset }] })
    expect(reply.status).toBe(200)
    assertUntouched()
  })

  it('a name of a file says nothing to the one who saves it', async () => {
    const { ask, root } = await open()
    const name = 'a"; filename="evil.sh;$(id)`id`\r\nx: y'
    const url = `${PROXY}/${root}/${encodeURIComponent(name)}`
    await ask('PUT', url, { body: 'x' })
    const { headers } = await ask('GET', url)
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="[\w.-]+"(; filename\*=UTF-8''[\w%.~!'()*-]+)?$/,
    )
    expect(headers.x).toBeUndefined()
  })
})

describe('links that somebody laid on the server', () => {
  it('in the place of content or of temporary folders are not followed', async () => {
    const { ask, root, home, secret, projectDir, server, assertUntouched } = await open()
    const path = `${root}/file`
    await ask('PUT', `${PROXY}/${path}`, { body: 'precious' })
    const blob = await server.services.files.localPath(path)
    const { mtimeMs } = statSync(secret)
    unlinkSync(blob)
    symlinkSync(secret, blob)
    symlinkSync(projectDir, join(home, 'blobs', 'tmp', 'link'))
    expect((await ask('GET', `${PROXY}/${path}`)).status).toBe(404)
    expect((await ask('GET', `${PROXY}/${path}`, { headers: { range: 'bytes=0-3' } })).status).toBe(404)
    expect((await ask('PUT', `${PROXY}/${path}`, { body: 'precious' })).status).toBe(200)
    expect((await ask('GET', `${PROXY}/${path}`)).text).toBe('precious')
    expect((await ask('GET', `${PROXY}/blobs/tmp/link/passwd`)).status).toBe(404)
    expect(statSync(secret).mtimeMs).toBe(mtimeMs)
    assertUntouched()
  })
})

describe('who may not', () => {
  /** CVE-2024-4263: who could only read could delete; CVE-2023-6014: an account without a password. */
  it('does nothing where a token is asked for, with any verb', async () => {
    const { ask, root, server } = await open({ token: 'a-token-of-some-length' })
    const bytes = async function* () {
      yield Buffer.from('kept')
    }
    await server.services.files.put(`${root}/file`, bytes())
    const authorization = 'Bearer another-token-of-length'
    for (const headers of [{}, { authorization }, { authorization: 'Basic YWRhOg==' }] as const) {
      for (const [verb, path] of [
        ['GET', `${PROXY}/${root}/file`],
        ['PUT', `${PROXY}/${root}/file`],
        ['DELETE', `${PROXY}/${root}/file`],
        ['GET', `${PROXY}?path=${root}`],
        ['GET', `/get-artifact?run_id=x&path=file`],
        ['POST', `/api/2.0/mlflow-artifacts/mpu/create/${root}`],
        ['PUT', '/api/2.0/mlflow-artifacts/mpu/parts/x/1'],
        ['GET', '/api/v1/tracking/runs/x/artifacts'],
      ] as const)
        expect((await ask(verb, path, { headers })).status, `${verb} ${path}`).toBe(401)
    }
    expect((await server.services.files.get(`${root}/file`)).sizeBytes).toBe(4)
  })

  it('is a page of another origin, which can neither write nor delete', async () => {
    const { ask, root, server } = await open()
    for (const verb of ['PUT', 'DELETE', 'POST'])
      expect((await ask(verb, `${PROXY}/${root}/x`, { headers: { origin: 'https://evil.example' } })).status).toBe(401)
    const { port } = new URL(server.url)
    const rebound = await ask('GET', `${PROXY}/${root}/x`, { headers: { host: `evil.example:${port}` } })
    expect(rebound.status).toBe(401)
  })
})
