import { describe, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { createOutput } from '../output.ts'
import { createStyle, type Terminal } from '../terminal.ts'
import { planRelease } from './release-power.ts'

const NOTHING_ASKED = {
  baseline: undefined,
  deviation: undefined,
  effect: undefined,
  power: 0.8,
  alpha: 0.05,
  arms: 2,
  share: undefined,
  method: undefined,
  perArm: undefined,
  perDay: undefined,
}

async function said(input: Partial<Parameters<typeof planRelease>[0]>, isJson = false): Promise<string> {
  let text = ''
  const terminal: Terminal = {
    write: (part) => {
      text += part
    },
    writeError: () => {},
    isInteractive: false,
    width: 120,
    style: createStyle(false),
  }
  // It computes: of all that a command may work with, it says something and no more.
  await planRelease({ ...NOTHING_ASKED, ...input }, { output: createOutput(terminal, isJson) } as Context)
  return text
}

describe('releases power', () => {
  it('says how many an experiment needs, and how long that takes', async () => {
    expect(await said({ baseline: 0.1, effect: 0.01, perDay: 20_000 })).toMatchInlineSnapshot(`
      "To find 0.1 → 0.11 with a chance of 0.8, at a false alarm rate of 0.05, 2 arms:

      method      stable  other   together  days
      fixed       14,751  14,751  29,502    1.48
      sequential  28,581  28,581  57,162    2.86

      A sequential experiment may be looked at all the time and ends as soon as something is proven: its numbers are the most it takes.
      "
    `)
  })

  it('says what an experiment of a size finds', async () => {
    expect(await said({ baseline: 0.1, perArm: 5000, effect: 0.02 })).toMatchInlineSnapshot(`
      "method      finds with a chance of 0.8  chance of finding 0.02
      fixed       ± 0.0174                    0.892
      sequential  ± 0.0246                    0.563
      "
    `)
  })

  it('gives the plan as JSON, for unequal shares of a mean', async () => {
    const plan = JSON.parse(await said({ deviation: 12.5, effect: 1, share: 0.1, method: 'fixed' }, true))
    expect(plan).toMatchObject({ comparisons: 1, methods: [{ method: 'fixed', controlCount: 12_264 }] })
  })

  it.each([
    [{ effect: 0.01 }, /--baseline or --deviation/],
    [{ baseline: 0.1 }, /--effect/],
    [{ baseline: 0.1, effect: 0.01, arms: 1 }, /at least 2 arms/],
    [{ baseline: 0.1, effect: 0.01, arms: 3, share: 0.5 }, /nothing to the stable version/],
    [{ baseline: 0.1, effect: 0.01, method: 'daily' }, /no choice/],
    [{ baseline: 0.1, effect: 0.95 }, /out of 0 to 1/],
  ])('refuses %j', async (input, message) => {
    await expect(said(input)).rejects.toThrow(message)
  })
})
