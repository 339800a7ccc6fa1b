import { durationMs, durationSchema, type PortType, RegiaError } from '@regia/core'
import { z } from 'zod'
import { recordNode } from './composition.ts'
import { makeRef, type Ref, sourceOf } from './refs.ts'
import { callerLocation } from './source-location.ts'

const APPROVED: PortType = { kind: 'value', schema: { type: 'boolean' } }
const COMMENT: PortType = { kind: 'value', schema: { type: 'string' } }

export type ApproveOptions = {
  /** Of the step; default `approve`. */
  readonly name?: string
  /** What the person is shown, and what must be there before anybody is asked. */
  readonly show?: { readonly [name: string]: Ref<unknown> }
  /** Who may decide; anybody where empty. */
  readonly approvers?: readonly string[]
  /** Such as `'2d'`. After this the answer is no; it waits for ever where absent. */
  readonly timeout?: string
}

const optionsSchema = z.object({
  question: z.string().min(1).max(2_000),
  name: z.string().default('approve'),
  approvers: z.array(z.string().min(1)).max(100).default([]),
  timeout: durationSchema.optional(),
})

/**
 * Adds a decision by a person, in the control room or with `regia approve`. The run is paused and costs nothing while it waits.
 *
 * A no does not fail the run: what stands under `when(approved, …)` is skipped.
 *
 * @param question - What is to be decided, as the person reads it.
 * @throws RegiaError `PIPELINE_INVALID` for a wrong option, or outside a pipeline.
 * @example
 * const { approved } = approve('Release this model?', { show: { report }, approvers: ['ada'], timeout: '2d' })
 * when(approved, () => register('delays', trained.model, { report, alias: 'champion' }))
 */
export function approve(
  question: string,
  options: ApproveOptions = {},
): { readonly approved: Ref<boolean>; readonly comment: Ref<string> } {
  const locate = callerLocation(approve)
  const { show = {}, ...rest } = options
  const parsed = optionsSchema.safeParse({ question, ...rest })
  if (!parsed.success) throw wrongOption(parsed.error.issues[0], locate())
  const { name, approvers, timeout } = parsed.data
  const id = recordNode({
    name,
    kind: 'approve',
    inputs: Object.fromEntries(Object.entries(show).map(([input, ref]) => [input, sourceOf(ref)])),
    inputTypes: {},
    takesAnything: true,
    outputs: { approved: APPROVED, comment: COMMENT },
    cache: false,
    approval: { question, approvers, ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }) },
    definedAt: locate(),
  })
  return {
    approved: makeRef({ from: 'data', name: `${id}.approved` }),
    comment: makeRef({ from: 'data', name: `${id}.comment` }),
  }
}

const wrongOption = (issue: z.core.$ZodIssue | undefined, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `The ${issue?.path.join('.')} of an approve is wrong: ${issue?.message}.`, {
    hint: "Such as approve('Release this model?', { approvers: ['ada'], timeout: '2d' }).",
    ...(where !== undefined && { where }),
  })
