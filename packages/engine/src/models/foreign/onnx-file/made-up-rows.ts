import type { OnnxGraph, Row, SignatureColumn } from '@regia/core'

const ROWS = 5

/**
 * Rows that a model may take, where nobody gave any: numbers between -1 and 1.5, and texts that the graph itself knows as categories. They differ, so
 * that a graph which mixes rows up is found out.
 */
export function madeUpRows(columns: readonly SignatureColumn[], graph: OnnxGraph): readonly Row[] {
  const words = categoriesIn(graph)
  return Array.from({ length: ROWS }, (_, row) =>
    Object.fromEntries(columns.map(({ name, type }, place) => [name, cellFor(type, row, place, words)])),
  )
}

function cellFor(type: SignatureColumn['type'], row: number, place: number, words: readonly string[]) {
  const step = row * 3 + place * 7
  if (type === 'string') return words[step % Math.max(1, words.length)] ?? ''
  if (type === 'bool') return step % 2 === 0
  if (type === 'float') return (step % 11) / 4 - 1
  return step % 3
}

/** Texts that nodes of the graph compare with. */
const categoriesIn = ({ nodes }: OnnxGraph): readonly string[] => {
  const words = nodes.flatMap(({ attributes }) =>
    Object.entries(attributes).flatMap(([name, attribute]) =>
      /^(cats|keys)_strings$/.test(name) && attribute.type === 'strings' ? attribute.value : [],
    ),
  )
  return [...new Set(words)].filter((word) => word !== '')
}
