import { RegiaError } from '@regia/core'
import { z } from 'zod'
import { approve } from '../authoring/approve.ts'
import { command } from '../authoring/command.ts'
import { gate, register } from '../authoring/gate.ts'
import { notebook } from '../authoring/notebook.ts'
import { html, model, type PortLike, type Ports, table } from '../authoring/ports.ts'
import { isRef, type Ref } from '../authoring/refs.ts'
import { partitionsOf, rowsOf } from '../authoring/wire-step.ts'
import { readChecks } from './checks.ts'
import type { StepDocument } from './document.ts'
import { type Names, readPort, readWire, type Wired } from './wires.ts'
import { type CodeStep, settingsOf } from './yaml-step.ts'

/** What is known while one step of a file is added. */
export type Place = { readonly name: string; readonly where: string; readonly names: Names }

/** What a step makes, by the kinds of its outputs. */
export function outputsOf(document: StepDocument, code: CodeStep | undefined): { readonly [output: string]: PortLike } {
  if (code) return Object.fromEntries(Object.entries(code.outputs).map(([name, port]) => [name, portLike(port.port)]))
  if ('command' in document) return portsOf(document.out)
  if ('notebook' in document) return { ...portsOf(document.out), notebook: readPort('file'), html: html() }
  if ('gate' in document) return { passed: z.boolean(), report: z.json() }
  if ('approve' in document) return { approved: z.boolean(), comment: z.string() }
  return {}
}

/** Adds a step to the pipeline that is being described. */
export function addStep(document: StepDocument, code: CodeStep | undefined, place: Place): void {
  const wired = wiresOf(document, place)
  if (code) use(code, wiresIn(wired), document)
  else if ('command' in document) addCommand(document, wired, place)
  else if ('notebook' in document) addNotebook(document, wired, place)
  else if ('gate' in document) addGate(document, wiresIn(wired), place)
  else if ('register' in document) addRegistration(document, wiresIn(wired), place)
  else if ('approve' in document) addApproval(document, wiresIn(wired), place)
}

type Wires = { readonly [input: string]: unknown }
type WiredInputs = { readonly [input: string]: Wired }

const wiresIn = (wired: WiredInputs): Wires =>
  Object.fromEntries(Object.entries(wired).map(([input, { wire }]) => [input, wire]))

function addCommand(document: StepDocument<'command'>, wired: WiredInputs, { name }: Place): void {
  const { command: cmd, files, out } = document
  // What an argument may name is a matter of this file, which the compiler does not see; `command` looks again.
  const program = command({ name, in: portsTaken(document, wired), out: portsOf(out), cmd: cmd as [], files })
  use(program, wiresIn(wired), document)
}

function addNotebook(document: StepDocument<'notebook'>, wired: WiredInputs, { name }: Place): void {
  const { notebook: path, out } = document
  use(notebook({ name, path, in: portsTaken(document, wired), out: portsOf(out) }), wiresIn(wired), document)
}

function addGate(document: StepDocument<'gate'>, { model, test, previous }: Wires, place: Place): void {
  const { name, where } = place
  const inputs = {
    model: ref(model, 'model', place),
    test: ref(test, 'test', place),
    ...(previous !== undefined && { previous: ref(previous, 'previous', place) }),
  }
  gate(readChecks(name, document.gate, where), inputs, { name })
}

function addRegistration(
  { register: name, as }: StepDocument<'register'>,
  { model, report }: Wires,
  place: Place,
): void {
  register(name, ref(model, 'model', place), {
    ...(report !== undefined && { report: ref(report, 'report', place) }),
    ...(as !== undefined && { alias: as }),
  })
}

function addApproval(
  { approve: question, approvers, within }: StepDocument<'approve'>,
  wires: Wires,
  place: Place,
): void {
  approve(question, {
    show: Object.fromEntries(Object.entries(wires).map(([input, wire]) => [input, ref(wire, input, place)])),
    ...(approvers && { approvers }),
    ...(within !== undefined && { timeout: within }),
  })
}

function wiresOf(document: StepDocument, { names, where }: Place): { readonly [input: string]: Wired } {
  const settings = 'learner' in document ? settingsOf(document).wired : {}
  const given = Object.entries({ ...document.in, ...settings })
  return Object.fromEntries(given.map(([input, wire]) => [input, readWire(wire, names, where)]))
}

type AnyUse = { readonly map: (...given: never) => unknown }

/** The wires are checked when the graph is compiled; their types are those of the file. */
function use(
  step: AnyUse & ((wires: never) => unknown),
  wires: { readonly [input: string]: unknown },
  { map }: StepDocument,
): void {
  if (!map) {
    Reflect.apply(step, undefined, [wires])
    return
  }
  const { input, rows, partitions, ...options } = map
  const { [input]: source, ...others } = wires
  const over = isTableRef(source) ? piecesOf(source, rows, partitions) : source
  Reflect.apply(step.map, step, [input, over, others, options])
}

const isTableRef = (source: unknown): source is Ref<{ readonly kind: 'table' }> => isRef(source)

function piecesOf(source: Ref<{ readonly kind: 'table' }>, size: number | undefined, column: string | undefined) {
  if (size !== undefined) return rowsOf(source, { size })
  return column === undefined ? source : partitionsOf(source, { column })
}

const portsOf = (ports: StepDocument<'command'>['out']): Ports =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, readPort(port)]))

/** What a program takes: as it says, else as where it comes from. A mapped input takes one element. */
function portsTaken(
  { takes, map }: StepDocument<'command' | 'notebook'>,
  wired: { readonly [input: string]: Wired },
): Ports {
  return Object.fromEntries(
    Object.entries(wired).map(([input, { port }]) => {
      const given = takes[input]
      if (given !== undefined) return [input, readPort(given)]
      const isMappedList = map?.input === input && 'port' in port && port.port === 'list'
      return [input, isMappedList ? port.item : port]
    }),
  )
}

function portLike(kind: CodeStep['outputs'][string]['port']): PortLike {
  switch (kind) {
    case 'table':
      return table()
    case 'model':
      return model()
    case 'file':
    case 'folder':
      return readPort(kind)
    default:
      return z.json()
  }
}

function ref(wire: unknown, input: string, { name, where }: Place): Ref<never> {
  if (isNeverRef(wire)) return wire
  throw new RegiaError(
    'STEP_INPUT_MISSING',
    `Step "${name}" needs "${input}", an output of a step or a name of the catalog.`,
    {
      where,
      hint: `Write in: { ${input}: STEP.OUTPUT }.`,
    },
  )
}

/** What is behind it is compared when the graph is compiled. */
const isNeverRef = (wire: unknown): wire is Ref<never> => isRef(wire)
