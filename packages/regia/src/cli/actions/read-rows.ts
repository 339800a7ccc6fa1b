import { readFile } from 'node:fs/promises'
import { RegiaError, type Row, rowSchema } from '@regia/core'

/** Parses JSON text; says where it breaks. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const got = text.length > 80 ? `${text.slice(0, 80)}…` : text
    throw new RegiaError('INVALID_INPUT', `This is not JSON: ${got.trim()}`, {
      where,
      cause,
      hint: `${cause instanceof Error ? cause.message : ''}. Names and texts stand in double quotes: {"island": "Biscoe"}.`,
    })
  }
}

/** A row from what JSON gave. */
export function parseRow(value: unknown, where: string): Row {
  const parsed = rowSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const column = issue.path.length ? ` in column "${issue.path.join('.')}"` : ''
  throw new RegiaError('INVALID_INPUT', `This is not a row${column}: ${issue.message}.`, {
    where,
    hint: 'A row is a JSON object whose values are texts, numbers, booleans or null.',
  })
}

/** Rows of a JSON file (one array) or a JSONL file (one object a line). */
export async function readRows(path: string): Promise<Row[]> {
  const text = await readText(path)
  if (text.trimStart().startsWith('[')) {
    const values = parseJson(text, path)
    return Array.isArray(values) ? values.map((value, i) => parseRow(value, `${path}, row ${i + 1}`)) : []
  }
  return text
    .split('\n')
    .map((line, i) => ({ line, where: `${path}:${i + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, where }) => parseRow(parseJson(line, where), where))
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new RegiaError(
      'NOT_FOUND',
      `The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        where: path,
        cause,
        hint: 'Check the path and that you may read it.',
      },
    )
  }
}
