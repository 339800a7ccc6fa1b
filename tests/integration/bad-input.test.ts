import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { penguinsProject, regia, regiaFailure, regiaUp, temporaryFolder } from './regia-command.ts'

describe('bad input', { timeout: 60_000 }, () => {
  let project: Awaited<ReturnType<typeof penguinsProject>>
  let place: { cwd: string }

  beforeAll(async () => {
    project = await penguinsProject()
    place = { cwd: project.dir }
  })
  afterAll(() => project.remove())

  it('names the pipelines that there are', async () => {
    const { code, error } = await regiaFailure(place, 'run', 'penguin')
    expect(code).toBe(3)
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      message: 'This project has no pipeline "penguin".',
      hint: 'It has: penguins.',
    })
  })

  it('refuses a parameter that is none, and one of the wrong type', async () => {
    await regia(place, 'data', 'add', 'penguins.csv', '--name', 'penguins')
    expect(await regiaFailure(place, 'run', 'penguins', '--param', 'trees')).toMatchObject({
      code: 2,
      error: { code: 'INVALID_INPUT' },
    })
    const wrong = await regiaFailure(place, 'run', 'penguins', '--param', 'trees=many')
    expect(wrong.code).toBe(2)
    expect(JSON.stringify(wrong.error)).toContain('trees')
    const unknown = await regiaFailure(place, 'run', 'penguins', '--param', 'tree=3')
    expect(JSON.stringify(unknown.error)).toContain('trees')
  })

  it('says where code does not compile', async () => {
    const broken = await penguinsProject()
    await writeFile(join(broken.dir, 'pipelines/penguins.ts'), 'export default pipeline("x" {\n')
    const { code, error } = await regiaFailure({ cwd: broken.dir }, 'run', 'penguins')
    expect(code).toBe(2)
    expect(error).toMatchObject({ code: 'BUNDLE_FAILED', where: expect.stringContaining('pipelines/penguins.ts:1') })
    await broken.remove()
  })

  it('says what is wrong in the config', async () => {
    const broken = await temporaryFolder()
    await writeFile(join(broken.dir, 'regia.config.ts'), 'export default { name: "x", entrys: [] }\n')
    const { code, error } = await regiaFailure({ cwd: broken.dir }, 'data', 'list')
    expect(code).toBe(2)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', where: join(broken.dir, 'regia.config.ts') })
    expect(error.message).toContain('entrys')
    await broken.remove()
  })

  it('says when a port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((listening) => other.once('listening', listening))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { code, error } = await regiaFailure(place, 'up', '--port', String(port))
    expect(code).toBe(4)
    expect(error).toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(String(port)) })
    other.close()
  })

  it('refuses a second owner and names the first', async () => {
    const server = await regiaUp(place)
    const { code, error } = await regiaFailure(place, 'up', '--port', '0')
    expect(code).toBe(4)
    expect(error).toMatchObject({ code: 'HOME_LOCKED', data: { url: server.url, pid: server.pid } })
    expect((await server.stop()).code).toBe(0)
  })

  it('refuses to be reachable by others without a token', async () => {
    expect(await regiaFailure(place, 'up', '--port', '0', '--host', '0.0.0.0')).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID' },
    })
  })

  it('asks for the token that it was started with', async () => {
    const token = 'a-token-of-more-than-16-characters'
    await writeFile(join(project.dir, 'token.txt'), `${token}\n`)
    const server = await regiaUp(place, '--token-file', 'token.txt')
    expect(await regiaFailure(place, 'runs', 'list')).toMatchObject({ code: 4, error: { code: 'UNAUTHORIZED' } })
    expect((await regia({ ...place, env: { REGIA_TOKEN: token } }, 'runs', 'list')).code).toBe(0)
    await server.stop()
  })

  it('says when nothing answers at REGIA_URL, and when it is no address', async () => {
    const nobody = await regiaFailure({ ...place, env: { REGIA_URL: 'http://127.0.0.1:9' } }, 'runs', 'list')
    expect(nobody).toMatchObject({ code: 4, error: { code: 'UNAVAILABLE' } })
    const nonsense = await regiaFailure({ ...place, env: { REGIA_URL: 'here' } }, 'runs', 'list')
    expect(nonsense).toMatchObject({ code: 2, error: { code: 'CONFIG_INVALID', where: 'REGIA_URL' } })
  })

  it('says when a folder cannot be written', async () => {
    const folder = await temporaryFolder()
    // A file where the home should be cannot be written by anybody, not even by root.
    await writeFile(join(folder.dir, '.regia'), '')
    expect(await regiaFailure({ cwd: folder.dir }, 'data', 'list')).toMatchObject({
      code: 4,
      error: { code: 'HOME_NOT_WRITABLE' },
    })
    const nowhere = { cwd: folder.dir, env: { REGIA_HOME: '/dev/null/home' } }
    expect(await regiaFailure(nowhere, 'data', 'list')).toMatchObject({ code: 4, error: { code: 'HOME_NOT_WRITABLE' } })
    await folder.remove()
  })

  it('reads no file outside of the project', async () => {
    const { code, error } = await regiaFailure(place, 'data', 'add', '/etc/hostname', '--name', 'secret')
    expect(code).toBe(2)
    expect(error.code).toBe('PATH_OUTSIDE_ROOT')
  })

  it('finds nothing and says what there is', async () => {
    expect(await regiaFailure(place, 'data', 'add', 'nothing.csv', '--name', 'x')).toMatchObject({
      error: { code: expect.stringMatching(/NOT_FOUND|DATA_UNREADABLE/) },
    })
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i + 1}`).join('\n')
    await writeFile(join(project.dir, 'numbers.csv'), `id\n${rows}\n`)
    expect((await regia(place, 'data', 'add', 'numbers.csv', '--name', 'numbers')).code).toBe(0)
    // The data worker has to end with the command, and its error has to come out first.
    await writeFile(join(project.dir, 'text.parquet'), 'not Parquet')
    expect(await regiaFailure(place, 'data', 'add', 'text.parquet', '--name', 'text')).toMatchObject({
      code: 2,
      error: { code: 'DATA_UNREADABLE' },
    })
    expect(await regiaFailure(place, 'why', 'latest/nothing')).toMatchObject({ code: 3, error: { code: 'NOT_FOUND' } })
    expect(await regiaFailure(place, 'models', 'show', 'penguins@champion')).toMatchObject({ code: 3 })
    expect(await regiaFailure(place, 'predict', 'nowhere', '--row', '{}')).toMatchObject({ code: 3 })
    expect(await regiaFailure(place, 'demo', 'status')).toMatchObject({ code: 3 })
  })
})
