import { inOrder } from '../kernel/in-order.ts'
import { Problem } from '../kernel/problem.tsx'
import classes from './artifacts.module.css'
import Markdown from './markdown.tsx'
import { type Cell, readNotebook, type Shown } from './notebook-model.ts'

/** A notebook as it was left: its texts, its code, what came out. */
export default function Notebook({ text }: { readonly text: string }) {
  const cells = tryRead(text)
  if (cells instanceof Error) return <Problem error={cells} />
  return (
    <div className={classes.notebook}>
      {inOrder(cells).map(({ key, item }) => (
        <CellView key={key} cell={item} />
      ))}
    </div>
  )
}

function tryRead(text: string): readonly Cell[] | Error {
  try {
    return readNotebook(text)
  } catch (error) {
    return new Error(`This is not a notebook: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`)
  }
}

function CellView({ cell }: { readonly cell: Cell }) {
  if (cell.kind === 'markdown') return <Text text={cell.source} />
  return (
    <div className={classes.cell}>
      <small>{cell.count === undefined ? '' : `[${cell.count}]`}</small>
      <div>
        {cell.source !== '' && <pre>{cell.source}</pre>}
        {inOrder(cell.shown).map(({ key, item }) => (
          <Output key={key} shown={item} />
        ))}
      </div>
    </div>
  )
}

function Output({ shown }: { readonly shown: Shown }) {
  if (shown.kind === 'image') return <img src={shown.source} alt="What the cell drew" />
  if (shown.kind === 'markdown') return <Text text={shown.text} />
  return (
    <pre className={classes.out} data-error={shown.isError}>
      {shown.text}
    </pre>
  )
}

function Text({ text }: { readonly text: string }) {
  return (
    <div className={classes.markdown}>
      <Markdown text={text} />
    </div>
  )
}
