import { type CardText, RegiaError } from '@regia/core'
import type { Action } from '../command.ts'
import { parseModelReference, parseModelTarget } from './model-reference.ts'

export const showCard: Action<{ model: string }> = async (input, context) => {
  const { model, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const card = await client.models.card(model, version)
  context.output.result(card, () => card.markdown.trimEnd())
}

type Written = {
  readonly model: string
  readonly purpose: string | undefined
  readonly objective: string | undefined
  readonly owner: string | undefined
  readonly errorCost: readonly string[]
  readonly data: string | undefined
  readonly checks: string | undefined
  readonly limits: string | undefined
  readonly licence: string | undefined
  readonly dataLicence: string | undefined
  readonly by: string | undefined
}

/** What is not named stays as it was. */
export const writeCard: Action<Written> = async (input, context) => {
  const { model, version } = parseModelTarget(input.model)
  const { client } = await context.connect()
  const { output } = context
  const by = input.by === undefined ? {} : { by: input.by }
  const number = version === undefined ? undefined : (await client.models.version(model, version)).version
  const before = await client.models.cardEdits(model, { limit: 1, ...(number !== undefined && { version: number }) })
  const text = { ...before.items[0]?.text, ...textOf(input) }
  const written =
    number === undefined
      ? await client.models.writeModelCard(model, { text, ...by })
      : await client.models.writeCard(model, number, { text, ...by })
  output.result(written, () => `${output.style.green('✓')} The card of ${input.model} is changed.`)
}

function textOf({ errorCost, ...written }: Written): CardText {
  const { purpose, objective, owner, data, checks, limits, licence, dataLicence } = written
  const given = { purpose, objective, owner, data, checks, limits, licence, dataLicence }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined)),
    ...(errorCost.length > 0 && { errorCosts: errorCost.map(parseCost) }),
  }
}

function parseCost(text: string) {
  const equals = text.indexOf('=')
  if (equals >= 1) return { error: text.slice(0, equals).trim(), cost: text.slice(equals + 1).trim() }
  throw new RegiaError('INVALID_INPUT', `"${text}" says no cost.`, {
    where: '--error-cost',
    hint: 'Write ERROR=COST, such as --error-cost "a late order said to be on time=an unhappy customer, about 40 €".',
  })
}
