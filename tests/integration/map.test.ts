import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng, type Run } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapProject } from './map-project.ts'
import { regiaJson, regiaUp, type Up } from './regia-command.ts'

const ELEMENTS = 150
const KILLS = 5

describe('maps in real processes', { timeout: 300_000 }, () => {
  let project: Awaited<ReturnType<typeof mapProject>>
  let server: Up
  let client: RegiaClient

  const up = async () => {
    server = await regiaUp({ cwd: project.dir })
    client = createClient({ url: server.url })
  }
  beforeAll(async () => {
    project = await mapProject()
    await up()
    await regiaJson({ cwd: project.dir }, 'apply')
  })
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  const over = async (id: string): Promise<Run> => {
    for (;;) {
      const run = await client.runs.get(id)
      if (run.finishedAt !== undefined) return run
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const run = async (pipeline: string, params = {}) => over((await client.pipelines.run(pipeline, { params })).id)
  const outputsOf = ({ steps }: Run, id: string) => {
    const { status, outputs } = steps.find(({ step }) => step === id)!
    expect(status, id).toMatch(/^(succeeded|cached)$/)
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
  }

  it('go over rows, partitions, lists and values, and make values, tables, files and folders', async () => {
    const kinds = await run('kinds')
    expect(kinds.error).toBeUndefined()
    expect(outputsOf(kinds, 'together')).toEqual({
      total: 10,
      rows: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ],
    })
    const towns = [
      [1, 4, 7],
      [0, 3, 6, 9],
      [2, 5, 8],
    ]
    expect(outputsOf(kinds, 'together-2')).toEqual({ total: 10, rows: towns })
    expect(outputsOf(kinds, 'together-3')).toEqual({ total: 10, rows: towns })
    expect(outputsOf(kinds, 'read')).toEqual({
      texts: ['text/plain: I am b', 'text/plain: I am a', 'text/plain: I am c'],
      pages: ['b/index.html', 'a/index.html', 'c/index.html'],
    })
    const { items } = await client.runs.mapItems(kinds.id, 'count-2')
    expect(items.map(({ label }) => label)).toEqual(['town = east', 'town = north', 'town absent'])
  })

  it('fail with the reasons of their elements, each with a log, and recover what succeeded', async () => {
    const broken = join(project.dir, 'broken')
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    writeFileSync(broken, 'yes')
    const failed = await run('fragile', { numbers, broken })
    expect(failed.status).toBe('failed')
    expect(failed.error).toMatchObject({
      code: 'USER_CODE_FAILED',
      message: expect.stringMatching(
        /^2 of 10 elements of step "flaky" failed; at least 90 % must succeed\. element 5 \(6\): .*6 is too much/,
      ),
    })
    const { lines } = await client.runs.logs(failed.id, { step: 'flaky', item: 6 })
    expect(lines.map(({ text }) => text)).toEqual(['looking at 7'])
    writeFileSync(broken, 'no')
    const recovered = await over((await client.runs.recover(failed.id)).id)
    expect(outputsOf(recovered, 'sum')).toEqual({ sum: 110 })
    expect(recovered.steps.find(({ step }) => step === 'flaky')?.map).toMatchObject({ cached: 5, succeeded: 5 })
  })

  it('lose no finished element and repeat none when server and worker are killed, again and again', async () => {
    const ledger = join(project.dir, 'ledger.txt')
    const numbers = Array.from({ length: ELEMENTS }, (_, i) => i)
    const begins = () => Map.groupBy(readFileSync(ledger, 'utf8').trim().split('\n').map(Number), (n) => n)
    writeFileSync(ledger, '')
    const { id } = await client.pipelines.run('ledger', { params: { ledger, numbers } })
    const beginsWhenDone = new Map<number, number>()
    const rng = createRng('map')
    let killsInTheMidst = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const wanted = beginsWhenDone.size + 5
      let done = await client.runs.mapItems(id, 'note', { status: 'succeeded', limit: 500 })
      while (done.total < wanted) done = await client.runs.mapItems(id, 'note', { status: 'succeeded', limit: 500 })
      await new Promise((resolve) => setTimeout(resolve, rng.integer(60)))
      const counted = begins()
      for (const { index } of done.items) {
        if (!beginsWhenDone.has(index)) beginsWhenDone.set(index, counted.get(index)!.length)
      }
      if (counted.size < ELEMENTS) killsInTheMidst++
      process.kill(server.pid, 'SIGKILL')
      await server.stop()
      await up()
    }
    const { steps, status } = await over(id)
    expect(status).toBe('succeeded')
    expect(steps.find(({ step }) => step === 'sum')?.outputs.sum?.value).toBe(ELEMENTS * (ELEMENTS - 1))
    const counted = begins()
    for (const [index, count] of beginsWhenDone) expect(counted.get(index)?.length, `element ${index}`).toBe(count)
    expect(killsInTheMidst).toBe(KILLS)
    const { items } = await client.runs.mapItems(id, 'note', { limit: 500 })
    expect(items.flatMap(({ attempts }) => attempts).some(({ status: each }) => each === 'lost')).toBe(true)
    expect(items.every(({ attempts }) => attempts.filter((each) => each.status === 'succeeded').length === 1)).toBe(
      true,
    )
  })
})
