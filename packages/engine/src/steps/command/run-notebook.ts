import { writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegiaError, type StepManifest, type StepResult } from '@regia/core'
import { placeOf } from '../place-of.ts'
import type { BoundInput } from './command-inputs.ts'
import { readOutputs } from './command-outputs.ts'
import { type BoundCommand, bindCommand, type CommandServices, commandOf, execute } from './run-command.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** It stands beside the sources also in a build, which copies no Python. */
const RUNNER = new URL('../../../src/steps/command/run_notebook.py', import.meta.url)

/** Outputs that every notebook may declare, and which its author does not write. */
const OWN_OUTPUTS = ['notebook', 'html']

/**
 * Executes a notebook: inputs and the paths of outputs become variables of a cell after the one tagged `parameters`; the executed copy is the
 * output `notebook`, a page of it the output `html`.
 *
 * @throws RegiaError `USER_CODE_FAILED` naming the cell that failed, `NOT_FOUND` when Python or `nbclient` is not there.
 */
export async function runNotebook(manifest: StepManifest, services: CommandServices): Promise<Outputs> {
  const { argv, notebook } = commandOf(manifest)
  if (notebook === undefined || extname(notebook) !== '.ipynb') {
    throw new RegiaError('PIPELINE_INVALID', `Step "${manifest.step}" names no notebook.`, {
      where: placeOf(manifest),
      hint: 'Say which of its files is the notebook, such as notebook: "notebooks/report.ipynb".',
    })
  }
  const bound = await bindCommand(manifest, argv, services.data)
  const request = join(bound.folder.toldDir, 'notebook.json')
  await writeFile(request, JSON.stringify(requestOf(bound, notebook)))
  const runner = [...bound.argv, fileURLToPath(RUNNER), request]
  await execute(manifest, { ...bound, argv: runner, name: notebook }, services)
  return readOutputs(manifest, bound.outputs, bound.folder.madeDir, services.data)
}

/** What the runner is asked to do. */
function requestOf({ inputs, outputs, folder }: BoundCommand, notebook: string) {
  const ofAuthor = Object.entries(outputs).filter(([name]) => !OWN_OUTPUTS.includes(name))
  return {
    notebook: join(folder.workDir, ...notebook.split('/')),
    variables: {
      ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [identifier(name), variableOf(input)])),
      ...Object.fromEntries(ofAuthor.map(([name, path]) => [`${identifier(name)}_path`, path])),
    },
    executed: outputs.notebook ?? null,
    page: outputs.html ?? null,
  }
}

/** A port may be named as no variable of Python can: `model-2`. */
const identifier = (name: string): string => name.replaceAll(/\W/g, '_')

const variableOf = (input: BoundInput): unknown => (input.kind === 'value' ? input.value : (input.items ?? input.path))
