import classes from './models.module.css'

/** Aliases as small tags; the champion's and the challenger's carry the colours of their series. */
export function AliasTags({ aliases }: { readonly aliases: readonly string[] }) {
  return (
    <span className={classes.tags}>
      {aliases.map((alias) => (
        <span key={alias} data-alias={alias.split(' ')[0]} title={alias}>
          <bdi>{alias}</bdi>
        </span>
      ))}
    </span>
  )
}
