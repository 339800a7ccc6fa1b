import classes from './kernel.module.css'
import type { ShareTone } from './share-tone.ts'

type Share = { readonly tone: ShareTone; readonly weight: number; readonly label: string }

/** Traffic by version as one bar: champion blue, challenger orange; a shadow hatched, because it answers nobody. */
export function ShareBar({ shares, isTall = false }: { readonly shares: readonly Share[]; readonly isTall?: boolean }) {
  return (
    <div
      className={classes.share}
      data-tall={isTall}
      role="img"
      aria-label={shares.map((share) => share.label).join(', ')}
    >
      {shares
        .filter(({ weight }) => weight > 0)
        .map((share) => (
          <i key={share.label} data-tone={share.tone} style={{ flexGrow: share.weight }} title={share.label} />
        ))}
    </div>
  )
}
