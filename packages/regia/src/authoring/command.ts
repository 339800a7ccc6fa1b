import { assertCommand, RegiaError } from '@regia/core'
import type { z } from 'zod'
import type { Ports } from './ports.ts'
import { callerLocation } from './source-location.ts'
import { refuseListOutput, type Wirable, wirable } from './step.ts'
import { readSettings, type StepSettings } from './step-settings.ts'
import { shapeOf } from './wire-step.ts'

/** A name as a placeholder gives it, without the form that it is asked for in: `rows` of `rows:csv`. */
type PortName<Name extends string> = Name extends `${infer Port}:${string}` ? Port : Name

/** Nothing is of this type; the compiler shows its parameter to the author. */
type WrongPlaceholder<Message extends string> = { readonly problem: Message }

/** An argument, or what is wrong with it: a placeholder that names no port. */
export type Argument<
  Text extends string,
  In,
  Out,
  Rest extends string = Text,
> = Rest extends `${string}{${infer Side extends 'in' | 'out'}.${infer Name}}${infer After}`
  ? PortName<Name> extends keyof (Side extends 'in' ? In : Out)
    ? Argument<Text, In, Out, After>
    : WrongPlaceholder<`no ${Side extends 'in' ? 'input' : 'output'} is named "${PortName<Name>}"`>
  : Text

export type Arguments<Argv extends readonly string[], In, Out> = {
  readonly [Index in keyof Argv]: Argument<Argv[Index], In, Out>
}

export type CommandOptions<In extends Ports, Out extends Ports, Argv extends readonly string[]> = StepSettings & {
  readonly in?: In
  readonly out?: Out
  /** The program and its arguments, one by one; never given to a shell. `{in.NAME}`, `{out.NAME}`, `{dir}` and `{seed}` stand for a path or a value. */
  readonly cmd: Argv & Arguments<Argv, In, Out>
  /** The program's own files, as globs inside the project. They are part of its code, and all that it sees of the project. */
  readonly files?: readonly string[]
}

/** A step that is a program of any language: call it inside a pipeline to add it to the graph. */
export type Command<In extends Ports, Out extends Ports> = Wirable<In, Out>

/**
 * Defines a step that runs a program of any language. It gets its inputs as files and arguments and writes its outputs to the paths that it is given; no
 * library of Regia's is needed inside, and no shell reads the arguments.
 *
 * @returns A function to call inside `pipeline`, whose result holds a ref for each output; `map` runs it once for each element.
 * @throws RegiaError `PIPELINE_INVALID` for a placeholder that names no port, or a wrong setting, with the line.
 * @example
 * export const train = command({
 *   name: 'train-sklearn',
 *   in: { train: table(), trees: z.number().int().default(200) },
 *   out: { model: model(), metrics: json(Metrics) },
 *   cmd: ['python3', 'train.py', '{in.train}', '{in.trees}', '{out.model}', '{out.metrics}'],
 *   files: ['train.py'],
 * })
 */
export function command<
  const In extends Ports = Readonly<Record<never, z.ZodType>>,
  const Out extends Ports = Readonly<Record<never, z.ZodType>>,
  const Argv extends readonly string[] = readonly string[],
>(options: CommandOptions<In, Out, Argv>): Command<In, Out> {
  const definedAt = callerLocation(command)
  const settings = readSettings(options, definedAt)
  const ports = { in: options.in ?? ({} as In), out: options.out ?? ({} as Out) } // absent only where its type has no name
  for (const [name, port] of Object.entries(ports.out)) refuseListOutput(options.name, name, port)
  const argv: readonly string[] = options.cmd
  if (argv.length === 0) throw noProgram(options.name, definedAt())
  const { inputTypes, outputs } = shapeOf(ports.in, ports.out)
  assertCommand(argv, inputTypes, outputs, definedAt() ?? `step "${options.name}"`)
  const program = { argv: [...argv], ...(options.files && { files: options.files }) }
  return wirable(ports, { kind: 'command', ...settings, command: program }, definedAt)
}

const noProgram = (name: string, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `The command of step "${name}" names no program.`, {
    hint: "Such as cmd: ['python3', 'train.py', '{in.rows}', '{out.model}'].",
    ...(where !== undefined && { where }),
  })
