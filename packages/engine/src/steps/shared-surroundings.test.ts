import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { SharedSurroundings } from './shared-surroundings.ts'

const NAME = 'REGIA_TEST_SURROUNDINGS'
afterEach(() => {
  expect(process.env[NAME]).toBeUndefined()
})

const wanted = (value: string) => ({ variables: { [NAME]: value } })

describe('SharedSurroundings', () => {
  it('lets in together who wants the same, and others after them, in turn', async () => {
    const shared = new SharedSurroundings()
    const seen: string[] = []
    const enter = async (value: string) => {
      const leave = await shared.enter(wanted(value))
      seen.push(`${value}:${process.env[NAME]}`)
      return leave
    }
    const [one, two] = [await enter('a'), await enter('a')]
    const later = [enter('b'), enter('b'), enter('a')]
    one()
    await Promise.resolve()
    expect(seen).toEqual(['a:a', 'a:a'])
    two()
    const [three, four] = [await later[0]!, await later[1]!]
    expect(seen).toEqual(['a:a', 'a:a', 'b:b', 'b:b'])
    three()
    four()
    const five = await later[2]!
    expect(seen.at(-1)).toBe('a:a')
    five()
  })

  it('puts back what was there', async () => {
    const before = process.cwd()
    process.env[NAME] = 'mine'
    const leave = await new SharedSurroundings().enter({ ...wanted('theirs'), projectDir: tmpdir() })
    expect([process.env[NAME], process.cwd()]).toEqual(['theirs', tmpdir()])
    leave()
    expect([process.env[NAME], process.cwd()]).toEqual(['mine', before])
    delete process.env[NAME]
  })

  it('goes on with the next one when a folder is gone', async () => {
    const shared = new SharedSurroundings()
    await expect(shared.enter({ variables: {}, projectDir: '/no/such/folder' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const leave = await shared.enter(wanted('x'))
    leave()
  })
})
