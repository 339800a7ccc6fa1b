import classes from './experiments.module.css'

/** The beginning of a note as one line of plain text. */
export function NoteLine({ text }: { readonly text: string }) {
  return (
    <div className={classes.noteLine} title={text}>
      {text
        .replace(/[#*_>`]+/g, '')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 300)}
    </div>
  )
}
