import { z } from 'zod'

const lines = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (typeof text === 'string' ? text : text.join('')))

const outputSchema = z.object({
  output_type: z.string(),
  text: lines.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
  traceback: z.array(z.string()).optional(),
})

const notebookSchema = z.object({
  cells: z.array(
    z.object({
      cell_type: z.string(),
      source: lines,
      execution_count: z.number().nullish(),
      outputs: z.array(outputSchema).default([]),
    }),
  ),
})

export type Shown =
  | { readonly kind: 'text'; readonly text: string; readonly isError: boolean }
  | { readonly kind: 'image'; readonly source: string }
  | { readonly kind: 'markdown'; readonly text: string }
export type Cell = {
  readonly kind: 'code' | 'markdown' | 'raw'
  readonly source: string
  readonly count: number | undefined
  readonly shown: readonly Shown[]
}

/** A Jupyter notebook as what can be shown of it without running anything: HTML and scripts among its outputs give way to their text. @throws what JSON.parse and zod throw. */
export function readNotebook(text: string): readonly Cell[] {
  return notebookSchema.parse(JSON.parse(text)).cells.map((cell) => ({
    kind: cell.cell_type === 'code' ? 'code' : cell.cell_type === 'markdown' ? 'markdown' : 'raw',
    source: cell.source,
    count: cell.execution_count ?? undefined,
    shown: cell.outputs.flatMap(shownOf),
  }))
}

function shownOf(output: z.infer<typeof outputSchema>): readonly Shown[] {
  if (output.output_type === 'error') {
    const text = output.traceback?.join('\n') ?? `${output.ename}: ${output.evalue}`
    return [{ kind: 'text', text: plain(text), isError: true }]
  }
  if (output.text !== undefined) return [{ kind: 'text', text: plain(output.text), isError: false }]
  const data = output.data ?? {}
  for (const type of ['image/png', 'image/jpeg']) {
    const image = lines.safeParse(data[type])
    if (image.success) return [{ kind: 'image', source: `data:${type};base64,${image.data.replace(/\s/g, '')}` }]
  }
  const markdown = lines.safeParse(data['text/markdown'])
  if (markdown.success) return [{ kind: 'markdown', text: markdown.data }]
  const text = lines.safeParse(data['text/plain'])
  return text.success ? [{ kind: 'text', text: plain(text.data), isError: false }] : []
}

// Programs colour what they write for terminals.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g')
const plain = (text: string) => text.replace(ESCAPES, '')
