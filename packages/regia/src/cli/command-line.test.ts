import { describe, expect, it } from 'vitest'
import { COMMANDS, GROUPS } from './commands/index.ts'
import { EXIT } from './exit-codes.ts'
import { describeError, failureOf } from './failure.ts'
import { createParser, type Invocation } from './parser.ts'
import { createStyle } from './terminal.ts'

function parse(...words: string[]): Invocation {
  let found: Invocation | undefined
  createParser(COMMANDS, GROUPS, '1.2.3', (invocation) => {
    found = invocation
  }).parse(words, { from: 'user' })
  return found!
}

async function refusal(...words: string[]): Promise<{ text: string; exitCode: number }> {
  try {
    parse(...words)
  } catch (error) {
    const failure = await failureOf(error, words.join(' '))
    return { text: describeError(failure.body, { style: createStyle(false) }), exitCode: failure.exitCode }
  }
  throw new Error('the command line was taken')
}

describe('the command line', () => {
  it('gives an action its arguments and options by name and type', () => {
    const { command, input, isJson } = parse(
      'run',
      'penguins',
      '--param',
      'trees=3',
      '--param',
      'seed=7',
      '--no-cache',
      '--json',
    )
    expect(command.name).toBe('run')
    expect(input).toMatchObject({ pipeline: 'penguins', param: ['trees=3', 'seed=7'], noCache: true, detach: false })
    expect(isJson).toBe(true)
  })

  it('knows defaults', () => {
    expect(parse('up').input).toMatchObject({ port: 4300, host: '127.0.0.1', noWorker: false, tokenFile: undefined })
    expect(parse('data', 'rows', 'penguins').input).toEqual({ name: 'penguins', version: undefined, limit: 20 })
  })

  it('tells a command from the actions below it', () => {
    expect(parse('demo', 'status', '--json')).toMatchObject({ command: { name: 'demo status' }, isJson: true })
    expect(parse('demo', '--exit').command.name).toBe('demo')
    expect(parse('demo', 'break', 'nulls').command.name).toBe('demo break')
  })

  it('says what is wrong, where, and what to do', async () => {
    expect(await refusal('up', '--port', 'abc')).toMatchInlineSnapshot(`
      {
        "exitCode": 2,
        "text": "✗ --port needs a whole number, and got "abc".  USAGE
        at regia up --port abc
        → Add --help to see what the command takes.",
      }
    `)
    expect((await refusal('endpoint')).text).toContain('Did you mean endpoints?')
    expect((await refusal('runs', 'show')).exitCode).toBe(EXIT.usage)
    expect((await refusal('data', 'add', 'x.csv')).text).toContain("Required option '--name <NAME>' not specified.")
    expect((await refusal('run', 'penguins', 'more')).text).toContain('Too many arguments')
  })
})
