import { describe, expect, it } from 'vitest'
import { COMMANDS, GROUPS } from './commands/index.ts'
import { commandReference } from './reference.ts'

describe('the table of commands', () => {
  it('is what docs/cli.md says (npx vitest run packages/regia/src/cli/reference.test.ts -u)', async () => {
    await expect(commandReference(COMMANDS)).toMatchFileSnapshot('../../../../docs/cli.md')
  })

  it('gives every command an example that begins with it', () => {
    for (const { name, examples } of COMMANDS) {
      expect(examples.length, name).toBeGreaterThan(0)
      for (const example of examples) expect(example).toMatch(new RegExp(`^regia ${name}( |$)`))
    }
  })

  it('names each command once and explains each word above one', () => {
    expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length)
    const words = COMMANDS.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]!] : []))
    const known = [...GROUPS.map(({ path }) => path), ...COMMANDS.map(({ name }) => name)]
    expect(words.filter((word) => !known.includes(word))).toEqual([])
  })
})
