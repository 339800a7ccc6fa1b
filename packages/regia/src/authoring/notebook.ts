import { RegiaError } from '@regia/core'
import type { z } from 'zod'
import { type FilePort, file, html, type Ports } from './ports.ts'
import { callerLocation } from './source-location.ts'
import { refuseListOutput, type Wirable, wirable } from './step.ts'
import { readSettings, type StepSettings } from './step-settings.ts'

/** What every notebook makes: its executed copy, and a page of it. */
type Copies = { readonly notebook: FilePort; readonly html: FilePort }

export type NotebookOptions<In extends Ports, Out extends Ports> = StepSettings & {
  /** Of the `.ipynb` file, from the project's folder. */
  readonly path: string
  readonly in?: In
  readonly out?: Out
  /** Other files that it reads, as globs inside the project. */
  readonly files?: readonly string[]
  /** The interpreter; default `python3`. It needs `nbclient`. */
  readonly python?: string
}

/**
 * Defines a step that executes a Jupyter notebook. Inputs arrive as variables of their names; for each output there is a variable `NAME_path`, the path to
 * write. Beside the outputs declared it makes `notebook`, its executed copy, and `html`, a page of it.
 *
 * @returns A function to call inside `pipeline`, whose result holds a ref for each output; `map` runs it once for each element.
 * @throws RegiaError `PIPELINE_INVALID` for a wrong setting, or an output of one of the two names, with the line.
 * @example
 * export const report = notebook({
 *   name: 'report', path: 'notebooks/report.ipynb',
 *   in: { test: table(), threshold: z.number() },
 *   out: { summary: json(Summary) },
 * })
 */
export function notebook<
  const In extends Ports = Readonly<Record<never, z.ZodType>>,
  const Out extends Ports = Readonly<Record<never, z.ZodType>>,
>(options: NotebookOptions<In, Out>): Wirable<In, Out & Copies> {
  const definedAt = callerLocation(notebook)
  const settings = readSettings(options, definedAt)
  const declared: Ports = options.out ?? {}
  for (const [name, port] of Object.entries(declared)) refuseListOutput(options.name, name, port)
  const taken = ['notebook', 'html'].find((name) => name in declared)
  if (taken !== undefined) throw takenOutput(options.name, taken, definedAt())
  if (!/\.ipynb$/i.test(options.path)) throw noNotebook(options.name, options.path, definedAt())
  const copies: Copies = { notebook: file('application/x-ipynb+json'), html: html() }
  const ports = { in: options.in ?? ({} as In), out: { ...declared, ...copies } as Out & Copies } // absent only where its type has no name
  const program = {
    argv: [options.python ?? 'python3'],
    files: [options.path, ...(options.files ?? [])],
    notebook: options.path,
  }
  return wirable(ports, { kind: 'notebook', ...settings, command: program }, definedAt)
}

const takenOutput = (step: string, output: string, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `Output "${output}" of notebook "${step}" is there already.`, {
    hint: 'Every notebook makes "notebook" and "html". Give yours another name.',
    ...(where !== undefined && { where }),
  })

const noNotebook = (step: string, path: string, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `The path "${path}" of notebook "${step}" does not end in .ipynb.`, {
    hint: "Give the notebook's path from the project's folder, such as notebooks/report.ipynb.",
    ...(where !== undefined && { where }),
  })
