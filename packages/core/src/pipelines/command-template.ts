import { RegiaError } from '../kernel/index.ts'
import type { PortType } from './graph.ts'

/** A piece of an argument: text as it is, or what stands for something of the attempt. */
export type ArgumentPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'in'; readonly name: string; readonly form: string | undefined }
  | { readonly kind: 'out'; readonly name: string; readonly form: string | undefined }
  | { readonly kind: 'dir' }
  | { readonly kind: 'seed' }

const PLACEHOLDER = /\{(?:(in|out)\.([A-Za-z_][\w-]*)(?::([\w-]+))?|(dir|seed))\}/g

/** The forms that a port can be had in beside its own, by kind of port. */
const FORMS = {
  in: { table: ['csv'] },
  out: { table: ['csv'], model: ['signature'] },
} as const satisfies { readonly [Side in 'in' | 'out']: Partial<Record<PortType['kind'], readonly string[]>> }

/**
 * Takes an argument of a command apart.
 *
 * `{in.NAME}` and `{out.NAME}` stand for a port, `{in.NAME:csv}` for the port in another form, `{dir}` for the working folder, `{seed}` for
 * the step's seed. All other braces are text.
 *
 * @param argument - One element of `argv`.
 * @returns The parts, in order; joined they are the argument.
 * @example parseArgument('--rows={in.train}') // [{ kind: 'text', text: '--rows=' }, { kind: 'in', name: 'train', form: undefined }]
 */
export function parseArgument(argument: string): readonly ArgumentPart[] {
  const parts: ArgumentPart[] = []
  let end = 0
  for (const match of argument.matchAll(PLACEHOLDER)) {
    const [whole, side, name, form, own] = match
    if (match.index > end) parts.push({ kind: 'text', text: argument.slice(end, match.index) })
    if (own === 'dir' || own === 'seed') parts.push({ kind: own })
    else if ((side === 'in' || side === 'out') && name !== undefined) parts.push({ kind: side, name, form })
    end = match.index + whole.length
  }
  if (end < argument.length || parts.length === 0) parts.push({ kind: 'text', text: argument.slice(end) })
  return parts
}

type Ports = { readonly [name: string]: Pick<PortType, 'kind'> }

/**
 * Compares the placeholders of a command with the ports of its step.
 *
 * @param argv - The program and its arguments.
 * @param where - The step, or where its author wrote it.
 * @throws RegiaError `PIPELINE_INVALID` for a placeholder that names no port, or a form that the port does not have.
 * @example assertCommand(['python3', 'train.py', '{in.rows}'], { rows: { kind: 'table' } }, {}, 'train.ts:3')
 */
export function assertCommand(argv: readonly string[], inputs: Ports, outputs: Ports, where: string): void {
  for (const part of argv.flatMap(parseArgument)) {
    if (part.kind !== 'in' && part.kind !== 'out') continue
    const { kind: side, name, form } = part
    const ports = side === 'in' ? inputs : outputs
    const port = ports[name]
    if (!port) throw unknownPort(side, name, Object.keys(ports), where)
    const forms: { readonly [kind: string]: readonly string[] } = FORMS[side]
    if (form !== undefined && !forms[port.kind]?.includes(form)) {
      throw new RegiaError('PIPELINE_INVALID', `A ${port.kind} cannot be had as {${side}.${name}:${form}}.`, {
        where,
        hint: `Write {${side}.${name}}${forms[port.kind] ? ` or {${side}.${name}:${forms[port.kind]?.[0]}}` : ''}.`,
      })
    }
  }
}

function unknownPort(side: 'in' | 'out', name: string, known: readonly string[], where: string): RegiaError {
  const what = side === 'in' ? 'input' : 'output'
  return new RegiaError(
    'PIPELINE_INVALID',
    `The command says {${side}.${name}}, but the step has no ${what} "${name}".`,
    {
      where,
      hint: known.length > 0 ? `Its ${what}s are: ${known.join(', ')}.` : `Declare it in "${side}", or leave it out.`,
    },
  )
}
